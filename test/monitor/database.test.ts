import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localJobFigures, sqlJobFigures } from '../../server/monitor/sql/beats.ts';
import { findBlockers } from '../../server/monitor/sql/blockers.ts';
import { databaseFigures, upkeepFigures } from '../../server/monitor/sql/figures.ts';
import { sqlLineFigures } from '../../server/monitor/sql/line.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { DATABASES, POSTGRES, type TestDatabase } from '../support/databases.ts';

const until = async <T>(what: string, look: () => Promise<T>, good: (found: T) => boolean): Promise<T> => {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    const found = await look();
    if (good(found)) return found;
  }
  throw new Error(`${what} was not seen`);
};

describe.each(DATABASES)('figures of $name', (target) => {
  it.skipIf(target.missing)('are there, of the database and of its line', async () => {
    const { database, dispose } = await target.open();
    const figures = databaseFigures(database);
    await figures();
    expect(await figures()).toMatchObject({ lockWaiting: 0, idleInTransaction: 0, deadlocks: 0 });
    const line = sqlLineFigures(database, 'main');
    expect(await line()).toBeNull();
    const store = sqlQueueStore(database, { cap: 2, activeSeconds: 1_000, noShowSeconds: 300 });
    await store.enter(['a', 'b', 'c'].map((userId) => ({ userId, queueId: 'main' })));
    expect(await line()).toMatchObject({ cap: 2, active: 2, waiting: 1, overdueSlots: 0, activeSeconds: 1_000 });
    await database.query(`UPDATE places SET expires_at = clock_timestamp() - interval '6 seconds' WHERE user_id = 'a'`);
    expect(await line()).toMatchObject({ active: 1, overdueSlots: 1 });
    await dispose();
  });
});

describe.skipIf(POSTGRES.missing)('what the database is asked about trouble', () => {
  let world: TestDatabase;
  let sessions: pg.Client[] = [];
  beforeAll(async () => {
    world = await POSTGRES.open();
    await world.database.execute(
      'CREATE TABLE things (id integer PRIMARY KEY, n integer); INSERT INTO things VALUES (1, 0), (2, 0)',
    );
  });
  afterAll(() => world.dispose());

  async function session(name: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: world.url, application_name: name });
    client.on('error', () => {});
    await client.connect();
    sessions.push(client);
    return client;
  }
  const endAll = async () => {
    await Promise.all(sessions.map((client) => client.end()));
    sessions = [];
  };

  it('tells who waits for a lock, for how long, and who holds it', async () => {
    const figures = databaseFigures(world.database);
    const holder = await session('night-batch');
    await holder.query('BEGIN');
    await holder.query('SELECT FROM things WHERE id = 1 FOR UPDATE');
    const waiter = await session('waiter');
    const waiting = waiter.query('UPDATE things SET n = 1 WHERE id = 1');
    const found = await until(
      'the wait',
      figures,
      ({ longestLockWaitMilliseconds }) => longestLockWaitMilliseconds > 200,
    );
    expect(found).toMatchObject({ lockWaiting: 1, idleInTransaction: 1 });
    expect(found.longestIdleInTransactionSeconds).toBeGreaterThan(0.1);
    const [blocker] = await findBlockers(world.database);
    expect(blocker).toMatchObject({ application: 'night-batch', state: 'idle in transaction', keepsWaiting: 1 });
    expect(blocker?.tables).toContain('things');
    await holder.query('ROLLBACK');
    await waiting;
    await endAll();
    expect(await figures()).toMatchObject({ lockWaiting: 0, longestLockWaitMilliseconds: 0 });
    expect(await findBlockers(world.database)).toEqual([]);
  });

  it('counts deadlocks, commits and rollbacks since the last time', async () => {
    const figures = databaseFigures(world.database);
    await figures();
    const [a, b] = [await session('a'), await session('b')];
    await a.query('BEGIN; UPDATE things SET n = 1 WHERE id = 1');
    await b.query('BEGIN; UPDATE things SET n = 1 WHERE id = 2');
    await Promise.allSettled([
      a.query('UPDATE things SET n = 1 WHERE id = 2'),
      b.query('UPDATE things SET n = 1 WHERE id = 1'),
    ]);
    await endAll();
    const seen = { deadlocks: 0, commits: 0, rollbacks: 0 };
    await until(
      'the deadlock',
      async () => {
        const now = await figures();
        seen.deadlocks += now.deadlocks;
        seen.commits += now.commitsPerSecond;
        seen.rollbacks += now.rollbacksPerSecond;
      },
      () => seen.deadlocks > 0 && seen.commits > 0 && seen.rollbacks > 0,
    );
    expect(seen.deadlocks).toBe(1);
  });

  it('tells how busy its sessions are, when they run here', async () => {
    const figures = databaseFigures(world.database);
    const busy = await session('busy');
    await figures();
    const working = busy.query('SELECT count(*) FROM generate_series(1, 4000000)');
    const found = await until('work', figures, ({ cpu }) => cpu === null || cpu > 0);
    // Null where /proc is not Linux's, or the server's processes are elsewhere.
    expect(found.cpu === null || found.cpu > 0).toBe(true);
    await working;
    await endAll();
  });

  it('tells large tables that are read without an index, dead rows, and broken indexes', async () => {
    const { database } = world;
    const upkeep = upkeepFigures(database);
    await database.execute(`CREATE TABLE large (id integer, n integer) WITH (autovacuum_enabled = false);
      INSERT INTO large SELECT i, i FROM generate_series(1, 20000) i;
      DELETE FROM large WHERE id > 12000`);
    await until('the table', upkeep, ({ deadRowTable }) => deadRowTable === 'large');
    const scans = async () => {
      for (let i = 0; i < 5; i++) await database.query('SELECT count(*) FROM large WHERE n = 3');
      return upkeep();
    };
    const found = await until('the scans', scans, ({ scannedTable }) => scannedTable === 'large');
    expect(found).toMatchObject({ deadRowTable: 'large', invalidIndexes: 0 });
    expect(found.deadRowShare).toBeGreaterThan(0.2);
    expect(found.rowsScannedPerSecond).toBeGreaterThan(0);
  });

  it('lets processes tell each other when a job ran', async () => {
    const job = (name: string, lastStartedAt: Date | null) => ({
      name,
      everyMilliseconds: 500,
      lastStartedAt,
      lastDurationMilliseconds: 1,
      driftMilliseconds: 0,
      failures: 0,
      lastError: null,
    });
    let ran: Date | null = null;
    const runs = sqlJobFigures(world.database, 'runs', () => [job('line', ran)]);
    const stands = sqlJobFigures(world.database, 'stands by', () => [job('line', null), job('never', null)]);
    await sleep(30);
    expect((await stands())[0]?.sinceLastRunMilliseconds).toBeGreaterThanOrEqual(20);
    ran = new Date();
    expect((await runs())[0]?.sinceLastRunMilliseconds).toBeLessThan(10_000);
    const seen = await stands();
    expect(seen.map(({ name }) => name)).toEqual(['line', 'never']);
    expect(seen[0]?.sinceLastRunMilliseconds).toBeLessThan(seen[1]?.sinceLastRunMilliseconds as number);
    // What is older than what is known changes nothing.
    ran = new Date(Date.now() - 60_000);
    expect((await runs())[0]?.sinceLastRunMilliseconds).toBeLessThan(30_000);
    const [alone] = await localJobFigures(() => [job('line', ran)])();
    expect(alone?.sinceLastRunMilliseconds).toBeGreaterThanOrEqual(60_000);
  });
});
