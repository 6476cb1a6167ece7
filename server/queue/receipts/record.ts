/**
 * Why somebody was admitted when they were: it was their turn; an operator let them go first; the line's data had been lost
 * and their place or slot was given back. DATA_LOST is nobody: that happened then, and what came shortly before may be missing.
 */
export type AdmissionKind = 'IN_TURN' | 'PRIORITISED' | 'RETURNED' | 'DATA_LOST';

export interface Admission {
  /** 0 for DATA_LOST. */
  ticket: number;
  admittedAt: Date;
  kind: AdmissionKind;
}

/** An entry of the record, or the place before its first: what the next one is bound to. */
export interface RecordHead {
  /** 1 for the first entry of a queue; no number is left out. */
  n: number;
  /** SHA-256 of "hash before:n:ticket:admittedAt:kind", in hexadecimal; of the queue's id before the first entry. */
  hash: string;
}

export interface RecordPage {
  /** Which the first of `items` is bound to: what was asked for, or the oldest that is kept when that is a later one. */
  after: RecordHead;
  items: (Admission & RecordHead)[];
}

/** Entries of a page at most. */
export const MOST_A_PAGE = 500;

/**
 * The public record of who was admitted, in order: what a fan checks their receipt against. Entries are never changed. See
 * docs/decisions/0024-receipts.md.
 * @throws StoreUnavailable
 */
export interface AdmissionRecord {
  /** Appends who was admitted since, each once, in order, whoever else does it at the same time. Bounded. */
  append(): Promise<void>;
  /** The last entry of a queue. */
  head(queueId: string): Promise<RecordHead>;
  /** Entries that follow one; {@link MOST_A_PAGE} at most. Of a queue that nobody knows it is an empty one. */
  page(queueId: string, after: number): Promise<RecordPage>;
  /** Forgets what is older than it has to be, a part at a time. */
  sweep(): Promise<void>;
}
