import type { Failure } from './failure.ts';

/** An `Idempotency-Key` as a command carries it: the key, a hash of the request it came with, and who asked first. */
export interface IdempotencyKey {
  key: string;
  /** SHA-256 of method, path and body, hex. */
  hash: string;
  requestId: string;
}

/** What a command answers: a value or a refusal, and whether it is the answer to an earlier request with the same key. */
export type Outcome<T> =
  | { ok: true; value: T; replayed: boolean }
  /** `requestId` is the first request's when the refusal is a replay. */
  | { ok: false; failure: Failure; replayed: boolean; requestId?: string };
