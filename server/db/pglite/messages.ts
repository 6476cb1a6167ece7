/** What the driver asks its worker thread. Id 0 is the worker's word that it is ready. */
export type Call =
  | { kind: 'query'; id: number; text: string; params: readonly unknown[] }
  | { kind: 'script'; id: number; text: string }
  | { kind: 'close'; id: number };

export type Answer =
  | { id: number; rows: Record<string, unknown>[]; error?: never }
  | { id: number; error: { code: string; message: string } };
