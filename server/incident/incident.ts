import type { Kind } from './kinds.ts';

/** A cap that was lowered for the time being. */
export interface LoweredCap {
  /** The operator's own, to be restored. */
  own: number;
  /** What it is now, and what it was before this step. */
  set: number;
  was: number;
  /** When it was set, in milliseconds since 1970 by the store's clock. */
  at: number;
}

/** An incident as every process follows it. Times are the store's clock. */
export interface Incident {
  id: number;
  /** What was noticed first, and everything since. */
  kinds: Kind[];
  beganAt: Date;
  openedAt: Date;
  closedAt: Date | null;
  /** How long ago any process last saw each kind, in milliseconds. */
  unwellMilliseconds: Partial<Record<Kind, number>>;
  caps: Readonly<Record<string, LoweredCap>>;
  /** The store's clock, in milliseconds since 1970. */
  storeNow: number;
}

/** What a user may be told of what happened to them, all of it in one row. */
export interface HurtUser {
  userId: string;
  failed: number;
  slow: number;
  slotEnded: boolean;
  holdEnded: boolean;
  worstStatus: number | null;
  longestMilliseconds: number;
  apis: string[];
  firstAt: Date;
  lastAt: Date;
}

/** A line of the timeline. `subject` is a sign, a response, a cap; `code` what became of it; facts are for its words. */
export interface Entry {
  at: Date;
  subject: string;
  code: string;
  facts: Record<string, unknown>;
  /** Left out when the last entry of the subject has the same code: several processes find the same. */
  once?: boolean;
}
