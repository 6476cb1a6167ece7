import type { IdempotencyKey } from '../lib/outcome.ts';

/** What is known of a key: the first answer, or that it came with another request. */
export type Remembered = { answer: unknown; replayed: boolean } | 'REUSED';

/**
 * Answers to requests that named an Idempotency-Key, for commands whose effect is idempotent by nature (entering the
 * line). Commands that move money or seats keep theirs in the transaction of their effect.
 */
export interface IdempotencyStore {
  /** Null when the key is new. */
  recall(userId: string, key: IdempotencyKey): Promise<Remembered | null>;
  /** Keeps an answer unless an earlier one is there; tells which counts. */
  remember(userId: string, key: IdempotencyKey, answer: unknown): Promise<Remembered>;
  /** Forgets keys of over a day, at most this many. Returns how many. */
  sweep(most: number): Promise<number>;
}
