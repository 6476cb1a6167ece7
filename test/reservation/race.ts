import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Database } from '../../server/db/database.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import type { ReservationRules } from '../../server/reservation/sql/store.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { type Counter, openCounter, range } from './sale.ts';

const SERVER = join(import.meta.dirname, '../../server');
/** Waiting for a lock is no failure here, however slow the machine; deadlocks are found by the server, not timed out. */
const PATIENT = {
  poolSize: 4,
  statementTimeoutMilliseconds: 60_000,
  lockTimeoutMilliseconds: 30_000,
  connectTimeoutMilliseconds: 30_000,
};

/** One database and several processes' worth of pools and batchers. */
export interface Race {
  database: Database;
  counters: Counter[];
  /** Deadlocks that the server had to end, counted when the pools are closed. */
  finish(): Promise<{ deadlocks: number }>;
  dispose(): Promise<void>;
}

export async function openRace(processes: number, rules: Partial<ReservationRules> = {}): Promise<Race> {
  const home: TestDatabase = await POSTGRES.open();
  const pools = range(1, processes).map(() => openPostgres(home.url as string, { ...PG_DEFAULTS, ...PATIENT }));
  const close = async () => void (await Promise.all(pools.map((pool) => pool.close())));
  return {
    database: home.database,
    counters: pools.map((pool) => openCounter(pool, rules)),
    async finish() {
      await close();
      const [row] = await home.database.query<{ deadlocks: number }>(
        'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
      );
      return { deadlocks: row?.deadlocks ?? Number.NaN };
    },
    async dispose() {
      await close();
      await home.dispose();
    },
  };
}

/** Loads a function of the server again, changed: a guard taken out. Each `from` must be found in it. */
export async function without(database: Database, file: string, changes: [from: RegExp, to: string][]): Promise<void> {
  let text = readFileSync(join(SERVER, file), 'utf8');
  for (const [from, to] of changes) {
    expect(text).toMatch(from);
    text = text.replace(from, to);
  }
  await database.query(text);
}

/** Everybody at the same moment, spread over the processes. */
export const rush = <T, O>(race: Race, who: readonly T[], act: (counter: Counter, one: T, i: number) => Promise<O>) =>
  Promise.allSettled(who.map((one, i) => act(race.counters[i % race.counters.length] as Counter, one, i)));

/** The values, when no call failed. */
export function all<O>(calls: PromiseSettledResult<O>[]): O[] {
  const failed = calls.filter((call) => call.status === 'rejected').map(({ reason }) => reason);
  expect(failed).toEqual([]);
  return calls.map((call) => (call as PromiseFulfilledResult<O>).value);
}
