import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '../../server/db/database.ts';
import { migrate } from '../../server/db/migrate.ts';
import { SqlSalesRankingStore } from '../../server/events/sql/sales-ranking.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { withoutGuard } from './support/guards.ts';
import { append, count, TABLES } from './support/outbox.ts';

const CONSUMERS = JSON.stringify([{ name: 'c', topics: ['reservations'] }]);

const publish = async (sql: Sql, most = 100) => {
  const [row] = await sql.query<{ n: number }>('SELECT outbox_publish($1::jsonb, $2) AS n', [CONSUMERS, most]);
  return row?.n;
};
const claim = async (sql: Sql, leaseMilliseconds = 60_000) => {
  const rows = await sql.query<{ event_id: number }>(`SELECT * FROM deliveries_claim('c', 10, 2, $1)`, [
    leaseMilliseconds,
  ]);
  return rows.map((row) => row.event_id);
};
const settle = (sql: Sql, done: object[], failed: object[]) =>
  sql.query(`SELECT deliveries_settle('c', $1::jsonb, $2::jsonb)`, [JSON.stringify(done), JSON.stringify(failed)]);
const replay = async (sql: Sql) => {
  const rows = await sql.query<{ event_id: number }>('SELECT * FROM dead_letters_replay(NULL, 100)');
  return rows.map((row) => row.event_id);
};

/** Each race on two connections of a real server, first as it is, then with its guard taken out. */
describe.skipIf(POSTGRES.missing)('the guards of the events', () => {
  let test: TestDatabase;
  let database: TestDatabase['database'];
  beforeAll(async () => {
    test = await POSTGRES.open();
    database = test.database;
  });
  beforeEach(async () => {
    // Puts every guard back in its place.
    await migrate(database);
    await database.query(`TRUNCATE ${TABLES}`);
  });
  afterAll(() => test.dispose());

  /** Does `early` in a transaction that commits only after `meanwhile` has begun, and ended unless it has to wait. */
  async function overlap<E, M>(early: (sql: Sql) => Promise<E>, meanwhile: () => Promise<M>): Promise<[E, M]> {
    const [begun, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = database.transaction(async (sql) => {
      const result = await early(sql);
      begun.resolve();
      await commit.promise;
      return result;
    });
    await begun.promise;
    const second = meanwhile();
    await Promise.race([second, waitsForLock(database)]);
    commit.resolve();
    return [await first, await second];
  }

  describe('an event whose transaction commits after a later one', () => {
    async function deliveredOfBoth() {
      const [[low], [high]] = await overlap(
        (sql) => append(sql, [{ key: 'slow' }]),
        async () => {
          const ids = await append(database, [{ key: 'fast' }]);
          await publish(database);
          return ids;
        },
      );
      await publish(database);
      expect(low).toBeLessThan(high as number);
      const delivered = await database.query<{ event_id: number }>('SELECT event_id FROM deliveries ORDER BY 1');
      return { both: [low, high], delivered: delivered.map((row) => row.event_id) };
    }

    it('is published', async () => {
      const { both, delivered } = await deliveredOfBoth();
      expect(delivered).toEqual(both);
    });

    it('vanishes when the relay goes by "id above the last"', async () => {
      await withoutGuard(
        database,
        'outbox_publish.sql',
        'WHERE published_at IS NULL ORDER',
        'WHERE event_id > (SELECT coalesce(max(event_id), 0) FROM outbox WHERE published_at IS NOT NULL) ORDER',
      );
      const { both, delivered } = await deliveredOfBoth();
      expect(delivered).toEqual([both[1]]);
    });
  });

  describe('two relays at once', () => {
    /** What a consumer gets first while one relay has taken the first event of a key, and not committed yet. */
    async function firstOfKey() {
      const ids = await append(database, [{ key: 'k' }, { key: 'k' }]);
      const [, first] = await overlap(
        (sql) => publish(sql, 1),
        async () => {
          await publish(database);
          return claim(database);
        },
      );
      await publish(database);
      return { ids, inOrder: [...first, ...(await claim(database))] };
    }

    it('keep the order of a key', async () => {
      const { ids, inOrder } = await firstOfKey();
      expect(inOrder).toEqual([ids[0]]);
    });

    it('break it without the lock', async () => {
      await withoutGuard(database, 'outbox_publish.sql', /IF NOT pg_try_advisory_xact_lock.*END IF;/);
      const { ids, inOrder } = await firstOfKey();
      expect(inOrder[0]).toBe(ids[1]);
    });
  });

  describe('events that are handed out straight', () => {
    const handOut = (owner: string) =>
      database.query<{ event_id: number; behind: string[]; again: boolean }>(
        `SELECT * FROM outbox_hand_out($1, 0, 10, '{c}')`,
        [owner],
      );

    /** Of two events of a key the first had to be put aside; who is said to be behind it when the second comes? */
    async function behindTheFirst() {
      await append(database, [{ key: 'k' }]);
      await publish(database);
      await append(database, [{ key: 'k' }, { key: 'other' }]);
      return (await handOut('me')).map(({ behind }) => behind);
    }

    it('wait for what is put aside of their key', async () => {
      expect(await behindTheFirst()).toEqual([['c'], []]);
    });

    it('overtake it when nobody looks', async () => {
      await withoutGuard(database, 'outbox_hand_out.sql', 'CASE WHEN waiting THEN', 'CASE WHEN false THEN');
      expect(await behindTheFirst()).toEqual([[], []]);
    });

    /** A process took the first event in hand and ended; another one takes it. */
    async function suspected() {
      await append(database, [{ key: 'k' }]);
      const first = await handOut('ends');
      return [...first, ...(await handOut('comes after'))].map(({ again }) => again);
    }

    it('are suspects when they ended a process', async () => {
      expect(await suspected()).toEqual([false, true]);
    });

    it('would end one process after the other', async () => {
      await withoutGuard(database, 'outbox_hand_out.sql', 'EXISTS (SELECT FROM before)', 'false');
      expect(await suspected()).toEqual([false, false]);
    });
  });

  describe('two workers at once', () => {
    async function claimedByBoth() {
      await append(database, [{ key: 'a' }, { key: 'b' }]);
      await publish(database);
      return (await overlap(claim, () => claim(database))).map((ids) => ids.length);
    }

    it('never take one delivery both', async () => {
      expect(await claimedByBoth()).toEqual([2, 0]);
    });

    it('take it both without the row lock', async () => {
      // Neither the lock, nor finding the row where it was read: a row that another worker changed has moved.
      await withoutGuard(
        database,
        'deliveries_claim.sql',
        /FOR UPDATE OF d SKIP LOCKED(.*)WHERE d\.ctid = r\.at/s,
        '$1WHERE d.consumer = for_consumer AND d.event_id = r.event_id',
      );
      expect(await claimedByBoth()).toEqual([2, 2]);
    });
  });

  describe('a second event of a key', () => {
    async function claimedInTurn() {
      await append(database, [{ key: 'k' }, { key: 'k' }]);
      await publish(database);
      return (await claim(database)).length;
    }

    it('waits for the first', async () => {
      expect(await claimedInTurn()).toBe(1);
    });

    it('goes with it when nobody looks for earlier ones', async () => {
      await withoutGuard(database, 'deliveries_claim.sql', /AND d\.event_id = \(\s+SELECT first.*?LIMIT 1\)/s);
      expect(await claimedInTurn()).toBe(2);
    });
  });

  describe('deliveries that were taken and never settled', () => {
    /** How many each of four processes takes, those before it having ended in the middle. */
    async function takenByEach() {
      await append(database, [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' }]);
      await publish(database);
      const taken = [];
      for (const lease of [0, 0, 0, 60_000]) taken.push((await claim(database, lease)).length);
      return taken;
    }

    it('are taken fewer at a time, then one by one, so that only the one to blame runs out of attempts', async () => {
      expect(await takenByEach()).toEqual([4, 2, 2, 1]);
    });

    it('would all share its end', async () => {
      await withoutGuard(database, 'deliveries_claim.sql', /AND r\.suspicion = r\.of_first\s+AND r\.nth <= CASE.*END/);
      expect(await takenByEach()).toEqual([4, 4, 4, 4]);
    });
  });

  describe('a worker that was too slow', () => {
    /** Its lease ran out and another one took the delivery; then it gives up, and the other one succeeds. */
    async function lettersOfApplied() {
      const [eventId] = await append(database, [{ key: 'k' }]);
      await publish(database);
      await claim(database, 0);
      await claim(database);
      const address = { eventId, topic: 'reservations', key: 'k' };
      await settle(database, [], [{ ...address, attempts: 1, error: 'late', retryMilliseconds: null, counted: true }]);
      await settle(database, [address], []);
      return count(database, 'dead_letters');
    }

    it('does not give up what another one has in hand', async () => {
      expect(await lettersOfApplied()).toBe(0);
    });

    it('does without the attempt it failed in', async () => {
      await withoutGuard(database, 'deliveries_settle.sql', 'AND i.attempts = f.attempts');
      expect(await lettersOfApplied()).toBe(1);
    });
  });

  describe('one event applied by two processes at the same time', () => {
    async function soldBy() {
      const store = new SqlSalesRankingStore(database);
      const changes = [{ eventId: 1, concertId: 7, sold: 1 as const }];
      await overlap(
        (sql) => new SqlSalesRankingStore(sql).apply(changes),
        () => store.apply(changes),
      );
      await store.apply([...changes, ...changes]);
      return (await store.best(1))[0]?.sold;
    }

    it('counts once', async () => {
      expect(await soldBy()).toBe(1);
    });

    it('counts every time without the inbox', async () => {
      await withoutGuard(database, 'sales_ranking_apply.sql', 'JOIN fresh f ON f.event_id = c."eventId"');
      expect(await soldBy()).toBe(3);
    });
  });

  describe('a dead letter that two people replay at the same time', () => {
    async function replayed() {
      const [eventId] = await append(database, [{ key: 'k' }]);
      await publish(database);
      await claim(database);
      const address = { eventId, topic: 'reservations', key: 'k' };
      await settle(database, [], [{ ...address, attempts: 1, error: 'no', retryMilliseconds: null, counted: true }]);
      return (await overlap(replay, () => replay(database))).flat().length;
    }

    it('is replayed once', async () => {
      expect(await replayed()).toBe(1);
    });

    it('is replayed twice without the row lock', async () => {
      await withoutGuard(database, 'dead_letters_replay.sql', 'FOR UPDATE SKIP LOCKED');
      expect(await replayed()).toBe(2);
    });
  });
});

/** Resolves when a session of this database waits for a lock that another one holds. */
async function waitsForLock(database: TestDatabase['database']): Promise<void> {
  const waiting = `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    if ((await count(database, waiting)) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
