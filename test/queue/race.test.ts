import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../server/db/database.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import type { Place, QueueStore } from '../../server/queue/store.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { range, users } from './actors.ts';
import { FRESH } from './lines.ts';
import { CapWatch, noteAdmissions, wrongInside } from './race-watch.ts';

const CAP = 50;
const PROCESSES = 4;
const SQL = join(import.meta.dirname, '../../server/queue/sql');
const WITHOUT_LOCK: [RegExp, string] = [/(FROM queues q WHERE q\.queue_id = target) FOR UPDATE( SKIP LOCKED)?/g, '$1'];
/** Between counting the free slots and picking who gets them. */
const WITH_A_PAUSE: [RegExp, string] = [/(IF free <= 0 THEN RETURN; END IF;)/g, '$1 PERFORM pg_sleep(random() / 20);'];
/** Waiting for a lock is no failure here, however slow the machine. */
const PATIENT = { ...PG_DEFAULTS, poolSize: 8, lockTimeoutMilliseconds: 30_000, connectTimeoutMilliseconds: 30_000 };

// Many connections of several pools, as of several processes, after one queue on a real PostgreSQL.
describe.skipIf(POSTGRES.missing)('racing for places on PostgreSQL', () => {
  let home: TestDatabase;
  let pools: Database[];
  let stores: QueueStore[];
  beforeEach(async () => {
    home = await POSTGRES.open();
    pools = range(1, PROCESSES).map(() => openPostgres(home.url as string, PATIENT));
    stores = pools.map((pool) => sqlQueueStore(pool, { ...FRESH, cap: CAP }));
  });
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
    await home.dispose();
  });

  /** Loads the functions of the line again, changed; `changes` must be found in them. */
  async function reload(changes: [from: RegExp, to: string][]): Promise<void> {
    const found = changes.map(() => false);
    for (const file of globSync('*.sql', { cwd: SQL })) {
      let text = readFileSync(join(SQL, file), 'utf8');
      for (const [i, [from, to]] of changes.entries()) {
        found[i] ||= text.search(from) >= 0;
        text = text.replaceAll(from, to);
      }
      await home.database.query(text);
    }
    expect(found).toEqual(changes.map(() => true));
  }

  describe('300 who enter at once, each by a call of their own', () => {
    const queueId = 'rush';
    const names = users(300);
    const rush = () =>
      Promise.allSettled(names.map((userId, i) => stores[i % PROCESSES]?.enter([{ userId, queueId }])));

    it('are 50 inside and 250 at positions 1 to 250, each with a ticket of their own', async () => {
      const calls = await rush();
      expect(calls.filter((call) => call.status === 'rejected')).toEqual([]);
      const [store] = stores as [QueueStore];
      const places = (await store.status(
        names.map((userId) => ({ userId, queueId })),
        false,
      )) as Place[];
      const byTicket = places.toSorted((a, b) => a.ticket - b.ticket);
      expect(byTicket.slice(0, CAP).every(({ status }) => status === 'ACTIVE')).toBe(true);
      expect(byTicket.slice(CAP).map(({ position }) => position)).toEqual(range(1, 250));
      expect(new Set(places.map(({ ticket }) => ticket)).size).toBe(300);
      expect(await store.stats([queueId])).toMatchObject([{ active: CAP, waiting: 250 }]);
    });

    it('would get in each other’s way without the lock on the queue', async () => {
      await reload([WITHOUT_LOCK]);
      const calls = await rush();
      // The unique index on tickets is the guard behind the guard.
      expect(calls.filter((call) => call.status === 'rejected').length).toBeGreaterThan(0);
    });
  });

  describe('coming and going', () => {
    const queueId = 'storm';
    const cap = 10;
    const names = users(200);
    const someone = () => ({ userId: names[Math.floor(Math.random() * names.length)] as string, queueId });

    /** One step of one connection: of people who enter, leave and ask, and of schedulers that tick. */
    function step(store: QueueStore): Promise<unknown> {
      const dice = Math.random();
      if (dice < 0.45) return store.enter([someone()]);
      if (dice < 0.8) return store.leave([someone(), someone()]);
      if (dice < 0.9) return store.admit([queueId]);
      return store.status([someone()], true);
    }

    /** All connections of all pools take steps at once, until it is over. */
    async function storm(
      take: (store: QueueStore) => Promise<unknown>,
      over: (steps: number) => boolean,
    ): Promise<void> {
      const connections = stores.flatMap((store) => range(1, PATIENT.poolSize).map(() => store));
      const loop = async (store: QueueStore) => {
        for (let steps = 0; !over(steps); steps++) await take(store);
      };
      await Promise.all(connections.map(loop));
    }

    beforeEach(async () => {
      await noteAdmissions(home.database);
      await stores[0]?.configure(queueId, { cap });
      await stores[0]?.enter(names.map((userId) => ({ userId, queueId })));
    });

    it('never lets more in than the cap, and keeps the order', async () => {
      const watch = new CapWatch(home.database, queueId);
      await storm(step, (steps) => steps >= 60);
      const { most, looks } = await watch.end();
      expect(looks).toBeGreaterThan(20);
      expect(most).toBe(cap);
      expect(await wrongInside(home.database)).toEqual([]);
    });

    /** The cap is raised behind the functions' back, then all schedulers tick at once: what went wrong by the end. */
    async function manyTick(rounds: number, enough: (wrong: string[]) => boolean): Promise<string[]> {
      let wrong: string[] = [];
      for (let round = 1; round <= rounds && !enough(wrong); round++) {
        await home.database.query('UPDATE queues SET cap = cap + 1');
        await Promise.allSettled(range(1, 12).map((i) => stores[i % PROCESSES]?.admit([queueId])));
        wrong = await wrongInside(home.database);
      }
      return wrong;
    }

    it('gives one slot to one of them when many tick at once, however long each thinks', async () => {
      await reload([WITH_A_PAUSE]);
      expect(await manyTick(10, (wrong) => wrong.length > 0)).toEqual([]);
      expect(await stores[0]?.stats([queueId])).toMatchObject([{ active: cap + 10 }]);
    });

    it('would give it to several, without the lock on the queue', async () => {
      await reload([WITHOUT_LOCK, WITH_A_PAUSE]);
      const wrong = await manyTick(80, (found) => found.includes('above the cap'));
      expect(wrong).toContain('above the cap');
    });
  });
});
