// A global of k6 that @types/k6 leaves to the DOM library, which k6 otherwise does not have.
declare const console: Record<'log' | 'debug' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>;

/** k6 fetches it; npm run load has its own. */
declare module 'https://jslib.k6.io/k6-summary/0.1.0/index.js' {
  export function textSummary(data: object, options?: { indent?: string; enableColors?: boolean }): string;
}
