// A global of k6 that @types/k6 leaves to the DOM library, which k6 otherwise does not have.
declare const console: Record<'log' | 'debug' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>;
