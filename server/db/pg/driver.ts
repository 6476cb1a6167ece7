import pg from 'pg';
import {
  type Database,
  DatabaseError,
  type PoolUse,
  type Row,
  type Sql,
  StoreUnavailable,
  saysNotNow,
  type TransactionOptions,
} from '../database.ts';

const BIGINT = 20;
const RETRYABLE = new Set(['40001', '40P01']);
const MOST_RETRIES = 3;

export interface PgOptions {
  poolSize: number;
  /** A statement is cancelled after this; the caller gets StoreUnavailable, a moment later also from a silent server. */
  statementTimeoutMilliseconds: number;
  lockTimeoutMilliseconds: number;
  /** How long a call may wait for a free connection. */
  connectTimeoutMilliseconds: number;
}

/** Short: a request may wait for a connection, for the batch before its own, and twice for one row, and all within a second. */
export const PG_DEFAULTS: PgOptions = {
  poolSize: 10,
  statementTimeoutMilliseconds: 5_000,
  lockTimeoutMilliseconds: 300,
  connectTimeoutMilliseconds: 600,
};

/** So much later than it should have cancelled a statement, a server counts as silent. */
const SILENT_MILLISECONDS = 500;
/** A timer that comes so late says that this process stood still. */
const LATE_MILLISECONDS = 200;
const FOR_EVER = 0;

/** A pool of connections to PostgreSQL 15 to 18. Connects on first use and again after the server was lost. */
export function openPostgres(url: string, options: PgOptions = PG_DEFAULTS): Database {
  return new PostgresDatabase(url, options);
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly #pool: pg.Pool;
  readonly #patience: number;
  readonly #connectTimeout: number;
  readonly #openedAt = new WeakMap<pg.PoolClient, number>();
  /** When a connection was last found silent. All that were open by then may be as dead, and are not used again. */
  #silentAt = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | null = null;

  constructor(url: string, options: PgOptions) {
    const types = new pg.TypeOverrides();
    types.setTypeParser(BIGINT, Number);
    this.#patience = options.statementTimeoutMilliseconds + SILENT_MILLISECONDS;
    this.#connectTimeout = options.connectTimeoutMilliseconds;
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: 'jari',
      max: options.poolSize,
      connectionTimeoutMillis: options.connectTimeoutMilliseconds,
      statement_timeout: options.statementTimeoutMilliseconds,
      lock_timeout: options.lockTimeoutMilliseconds,
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
      types,
    });
    // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      client.on('error', () => {});
      this.#openedAt.set(client, performance.now());
    });
  }

  query<R extends Row>(text: string, params: readonly unknown[] = []): Promise<R[]> {
    return retried(() => this.#withClient((client) => ask<R>(client, this.#patience, text, params)));
  }

  async execute(script: string): Promise<void> {
    await this.#withClient((client) => ask(client, this.#patience, script));
  }

  transaction<T>(work: (sql: Sql) => Promise<T>, { unhurried = false }: TransactionOptions = {}): Promise<T> {
    const patience = unhurried ? FOR_EVER : this.#patience;
    return retried(() =>
      this.#withClient(async (client) => {
        await ask(client, this.#patience, unhurried ? BEGIN_UNHURRIED : 'BEGIN');
        try {
          const result = await work({ query: (text, params = []) => ask(client, patience, text, params) });
          await ask(client, patience, 'COMMIT');
          return result;
        } catch (error) {
          // Of a connection that is silent nobody asks anything more: closing it rolls back, too.
          if (!(error instanceof Silent)) await ask(client, this.#patience, 'ROLLBACK').catch(() => {});
          throw error;
        }
      }),
    );
  }

  pool(): PoolUse {
    const { totalCount: open, idleCount: idle, waitingCount: waiting, options } = this.#pool;
    return { size: options.max ?? open, open, idle, waiting };
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end();
    return this.#closing;
  }

  async #connect(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#opened().catch((cause) => {
        throw new StoreUnavailable('no connection to the database', { cause });
      });
      if ((this.#openedAt.get(client) ?? 0) > this.#silentAt) return client;
      client.release(true);
    }
  }

  /** Once more when the timer itself came late: while this process did not look, the server may well have answered. */
  async #opened(): Promise<pg.PoolClient> {
    const due = performance.now() + this.#connectTimeout;
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (performance.now() < due + LATE_MILLISECONDS) throw error;
      return this.#pool.connect();
    }
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let lost: StoreUnavailable | undefined;
    try {
      return await work(client);
    } catch (error) {
      if (error instanceof StoreUnavailable && !isOnlyLate(error)) lost = error;
      if (error instanceof Silent) this.#silentAt = performance.now();
      throw error;
    } finally {
      client.release(lost);
    }
  }
}

/** The server gave up on a lock or a statement: its connection is well, and a new one takes time that nobody has then. */
const isOnlyLate = ({ cause }: StoreUnavailable): boolean =>
  /^(55P03|57014)$/.test((cause as { code?: string } | undefined)?.code ?? '');

/** Nothing came back in time, not even that the statement was cancelled. */
class Silent extends StoreUnavailable {}

const BEGIN_UNHURRIED = 'BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0';

/** @param patience milliseconds to wait for an answer */
async function ask<R extends Row>(
  client: pg.PoolClient,
  patience: number,
  text: string,
  values?: readonly unknown[],
): Promise<R[]> {
  try {
    const query = { text, ...(values && { values: [...values] }), query_timeout: patience };
    const result = await client.query<R>(query);
    return result.rows;
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (message === 'Query read timeout') return new Silent('the database is silent', { cause: error });
  // Node's own codes (ECONNRESET …) aren't five characters of SQLSTATE.
  if (code === undefined || saysNotNow(code) || !/^[0-9A-Z]{5}$/.test(code)) {
    return new StoreUnavailable('the database did not answer', { cause: error });
  }
  return new DatabaseError(code, message, error);
}

/** Deadlocks and serialisation failures are nobody's fault: try again, a bounded number of times. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError && RETRYABLE.has(error.code))) throw error;
      if (attempt > MOST_RETRIES) throw new StoreUnavailable('the database is too contended', { cause: error });
    }
  }
}
