/**
 * What goes wrong in a sale. The first two are the scenarios of this project's seed: a storm of tokens, and reservations
 * that the database can't keep up with. The others are what stands behind a sale: events, the scheduler, a consumer.
 */
export const KINDS = [
  'TOKEN_STORM',
  'RESERVATION_BOTTLENECK',
  'EVENTS_STALLED',
  'SCHEDULER_STALLED',
  'CONSUMER_FAILING',
] as const;
export type Kind = (typeof KINDS)[number];

/** One reason to believe that something is wrong: a figure beyond its limit. */
export interface Sign {
  kind: Kind;
  code: SignCode;
  value: number;
  limit: number;
  /** Whom it is about, where that is not plain: a job, a consumer. */
  of?: string;
}

export type SignCode =
  | 'TOKEN_LATENCY'
  | 'TOKEN_CLIMB'
  | 'TOKEN_FAILURES'
  | 'REDIS_LOST'
  | 'REDIS_SLOW'
  | 'REDIS_CONNECTIONS'
  | 'REDIS_REFUSED'
  | 'REDIS_MEMORY'
  | 'RESERVATION_LATENCY'
  | 'RESERVATION_FAILURES'
  | 'LOCK_WAIT'
  | 'ROWS_LOCKED'
  | 'POOL_EXHAUSTED'
  | 'DATABASE_LOST'
  | 'DATABASE_SLOW'
  | 'DEADLOCKS'
  | 'BROKER_LOST'
  | 'RELAY_FAILING'
  | 'RELAY_BACKLOG'
  | 'CONSUMER_LAG'
  | 'JOB_LATE'
  | 'JOB_FAILING'
  | 'ATTEMPTS_FAILING'
  | 'DEAD_LETTERS';
