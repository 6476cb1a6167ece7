import type { Draw } from './draw/draw.ts';

/** A user's place in one queue, as the store knows it at one instant of its own clock. */
export interface Place {
  userId: string;
  queueId: string;
  status: 'ACTIVE' | 'WAITING' | 'EXPIRED';
  /** 0 when ACTIVE or EXPIRED, else 1-based; for who is to be drawn for, the last one in the line. */
  position: number;
  /** Grows with every new place in the queue; never handed out twice. */
  ticket: number;
  /** End of the slot, for ACTIVE and EXPIRED. */
  expiresAt: Date | null;
}

export type QueueState = 'OPEN' | 'PAUSED' | 'PRE_QUEUE';

export interface QueueSettings {
  queueId: string;
  cap: number;
  state: QueueState;
  activeSeconds: number;
  noShowSeconds: number;
  releaseOnConfirm: boolean;
}

export interface QueueStats extends QueueSettings {
  active: number;
  waiting: number;
  /** The highest ticket that has been admitted so far; 0 when nobody has. */
  servingTicket: number;
  /** Admitted after a wait during the last 60 seconds; not those who were let in at the door, as they came. */
  admittedLastMinute: number;
}

/** Someone whose place changed in a tick, so that whoever listens can be told. */
export interface Change {
  queueId: string;
  userId: string;
  ticket: number;
  status: 'ACTIVE' | 'EXPIRED';
  expiresAt: Date;
}

export interface EnterRequest {
  userId: string;
  queueId: string;
}

export interface StatusRequest extends EnterRequest {
  /** A ticket that the user has proven to hold: a store that has lost its place gives it back. */
  ticket?: number;
}

export interface LeaveRequest {
  userId: string;
  queueId: string;
  /** When given, only that place is given up, never a later one of the same user. */
  ticket?: number;
}

/**
 * The line's port. Every method decides inside the store, atomically, on the store's clock.
 * All take many at once; results come in the order of the requests.
 * @throws StoreUnavailable
 */
export interface QueueStore {
  /** Does one call after the other, in the order in which they are sent: the embedded database. */
  readonly inTurn?: boolean;
  /**
   * Same user, same place. A slot is given at once only when one is free and nobody waits. Creates an unknown queue.
   * `admits` false leaves giving slots to the next tick, so that entering costs the store as little as it can.
   */
  enter(requests: readonly EnterRequest[], admits?: boolean): Promise<Place[]>;
  /**
   * Where they are now; null for who has no place. EXPIRED is reported until the record is swept.
   * `seen` marks an ACTIVE user as having shown up, so that the slot is not given away as a no-show.
   */
  status(requests: readonly StatusRequest[], seen: boolean): Promise<(Place | null)[]>;
  /** True for who had a place. Slots freed are given on by the same call; see {@link QueueStore.admit} for who got them. */
  leave(requests: readonly LeaveRequest[]): Promise<boolean[]>;
  /**
   * Those who wait are admitted before everybody who was not promised the same; their tickets stay. True for who waits.
   * Makes good for an incident.
   */
  prioritise(requests: readonly EnterRequest[]): Promise<boolean[]>;
  /** Whose slot ended at or after a moment, as far as it is remembered: ten minutes, unless they came back since. */
  ended(queueId: string, since: Date): Promise<{ userId: string; at: Date }[]>;
  /** Ends slots that ran out or were not taken up, admits from the line up to the cap, sweeps old records. Bounded. */
  admit(queueIds?: readonly string[]): Promise<Change[]>;
  stats(queueIds: readonly string[]): Promise<(QueueStats | null)[]>;
  /**
   * Changes settings; creates the queue when it is new. Lowering the cap drains, it never evicts.
   * With a `seed`, the places of all who enter from now on until the state is OPEN are drawn then, by that seed or by one
   * that is pending already.
   */
  configure(queueId: string, patch: Partial<Omit<QueueSettings, 'queueId'>>, seed?: string): Promise<QueueSettings>;
  /** Of a queue, newest first, the latest hundred; the seed of one that is not revealed is nobody's business. */
  draws(queueId: string): Promise<Draw[]>;
}
