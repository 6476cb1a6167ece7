import pg from 'pg';
import { type Database, DatabaseError, type PoolUse, type Row, type Sql, StoreUnavailable } from '../database.ts';

const BIGINT = 20;
const RETRYABLE = new Set(['40001', '40P01']);
const MOST_RETRIES = 3;

export interface PgOptions {
  poolSize: number;
  /** A statement is cancelled after this; the caller gets StoreUnavailable. */
  statementTimeoutMilliseconds: number;
  lockTimeoutMilliseconds: number;
  /** How long a call may wait for a free connection. */
  connectTimeoutMilliseconds: number;
}

export const PG_DEFAULTS: PgOptions = {
  poolSize: 10,
  statementTimeoutMilliseconds: 5_000,
  lockTimeoutMilliseconds: 800,
  connectTimeoutMilliseconds: 800,
};

/** A pool of connections to PostgreSQL 15 to 18. Connects on first use and again after the server was lost. */
export function openPostgres(url: string, options: PgOptions = PG_DEFAULTS): Database {
  return new PostgresDatabase(url, options);
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly #pool: pg.Pool;
  #closing: Promise<void> | null = null;

  constructor(url: string, options: PgOptions) {
    const types = new pg.TypeOverrides();
    types.setTypeParser(BIGINT, Number);
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
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  query<R extends Row>(text: string, params: readonly unknown[] = []): Promise<R[]> {
    return retried(() => this.#withClient((client) => ask<R>(client, text, params)));
  }

  async execute(script: string): Promise<void> {
    await this.#withClient((client) => ask(client, script, undefined));
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return retried(() =>
      this.#withClient(async (client) => {
        await ask(client, 'BEGIN', undefined);
        try {
          const result = await work({ query: (text, params = []) => ask(client, text, params) });
          await ask(client, 'COMMIT', undefined);
          return result;
        } catch (error) {
          await ask(client, 'ROLLBACK', undefined).catch(() => {});
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

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (cause) {
      throw new StoreUnavailable('no connection to the database', { cause });
    }
    let lost: StoreUnavailable | undefined;
    try {
      return await work(client);
    } catch (error) {
      if (error instanceof StoreUnavailable) lost = error;
      throw error;
    } finally {
      client.release(lost);
    }
  }
}

async function ask<R extends Row>(client: pg.PoolClient, text: string, params?: readonly unknown[]): Promise<R[]> {
  try {
    const result = await client.query<R>(text, params as unknown[] | undefined);
    return result.rows;
  } catch (error) {
    throw translated(error);
  }
}

/** SQLSTATE classes that say "not now" and not "wrong": lost connection, shutdown, out of resources, timeouts. */
function translated(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  const unavailable = code === undefined || /^(08|53|57|58)/.test(code) || code === '55P03' || code === '25006';
  // Node's own codes (ECONNRESET …) aren't five characters of SQLSTATE.
  if (unavailable || !/^[0-9A-Z]{5}$/.test(code)) {
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
