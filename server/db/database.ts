/** A row as the driver returns it: bigint as number, timestamptz as Date, jsonb parsed. */
export type Row = Record<string, unknown>;

/** What one connection can do. Parameters are $1, $2 …; objects and arrays for jsonb parameters are passed as JSON text. */
export interface Sql {
  query<R extends Row>(text: string, params?: readonly unknown[]): Promise<R[]>;
}

/**
 * The database port. Two drivers implement it: PGlite in this process and PostgreSQL over a pool.
 * Every call may reject with {@link StoreUnavailable} (the store is lost or too slow: answer 503) or
 * {@link DatabaseError} (it answered with an error: a defect, or a constraint that a caller expects).
 */
export interface Database extends Sql {
  readonly kind: 'pglite' | 'postgres';
  /** Runs several statements without parameters, as one simple query. For migrations. */
  execute(script: string): Promise<void>;
  /** One transaction on one connection, READ COMMITTED; rolled back when the callback rejects. */
  transaction<T>(work: (sql: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** How its connections are used at this moment; absent where there is only one. */
  pool?(): PoolUse;
  /** How long its own thread has been at work, in milliseconds; absent where it is another program. */
  threadMilliseconds?(): number;
  /** Idempotent. Waits for calls under way. */
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** It may wait and work as long as it takes: the limits are for requests. */
  unhurried?: boolean;
}

export interface PoolUse {
  /** The most there may be. */
  size: number;
  open: number;
  idle: number;
  /** Calls that wait for a connection. */
  waiting: number;
}

/** The store could not be asked, or did not answer in time. Nothing is known about the effect of the call. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

/** The store answered with an error. `code` is the SQLSTATE. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
  readonly code: string;
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** SQLSTATEs that say "not now" and not "wrong": lost connection, shutdown, out of resources, timeouts. */
export const saysNotNow = (code: string): boolean =>
  /^(08|53|57|58)/.test(code) || code === '55P03' || code === '25006';
