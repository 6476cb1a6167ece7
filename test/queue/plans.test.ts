import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../server/db/database.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { users } from './actors.ts';
import { FRESH } from './lines.ts';

const WAITING = 100_000;
const queueId = 'long';
/** Walking once through the places of the queue would touch 935, its smallest index 275. */
const MOST = 150;
const MOST_A_USER = 35;

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

// A line of 100,000 is the worst case for a plan: made when the tables were empty, kept by the session, and never
// corrected by statistics (PGlite gathers none). So look-ups must be index probes by the way they are written.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`with ${WAITING} waiting in ${target.name}`, () => {
    let home: TestDatabase;
    let database: Database;

    beforeAll(async () => {
      home = await target.open();
      database = home.url ? openPostgres(home.url, { ...PG_DEFAULTS, poolSize: 1 }) : home.database;
      await database.query('ALTER TABLE places SET (autovacuum_enabled = false)');
      await settleOnPlans(database);
      await lineUp(database);
    });
    afterAll(async () => {
      if (home.url) await database.close();
      await home.dispose();
    });

    /**
     * Blocks of tables and indexes that a statement touches, those of the functions that it calls included. Unless it
     * is for many users, it is done once and undone before: many changes of other databases on the server make a session
     * read the system's tables again, which would count.
     */
    async function blocks(text: string, params: unknown[], many = false): Promise<number> {
      const explained = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`;
      const rows = await database.transaction(async (sql) => {
        if (!many) {
          await sql.query('SAVEPOINT before');
          await sql.query(explained, params);
          await sql.query('ROLLBACK TO before');
        }
        return sql.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(explained, params);
      });
      const plan = rows[0]?.['QUERY PLAN'][0]?.Plan as Plan;
      return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    }
    const enter = (names: string[]) =>
      blocks(
        'SELECT * FROM jari_queue_enter($1, $2, 50, 300, 60)',
        [names, names.map(() => queueId)],
        names.length > 1,
      );
    const status = (names: string[]) =>
      blocks('SELECT * FROM jari_queue_status($1, $2, true)', [names, names.map(() => queueId)], names.length > 1);
    const leave = (names: string[]) =>
      blocks(
        'SELECT * FROM jari_queue_leave($1, $2, $3)',
        [names, names.map(() => queueId), names.map(() => 0)],
        names.length > 1,
      );

    it('touches few blocks for one user', async () => {
      expect(await enter(['newcomer'])).toBeLessThan(MOST);
      expect(await enter(['newcomer'])).toBeLessThan(MOST);
      expect(await status(['user-90000'])).toBeLessThan(MOST);
      expect(await leave(['user-70000'])).toBeLessThan(MOST);
      expect(await leave(['user-1'])).toBeLessThan(MOST);
      expect(await leave(['nobody'])).toBeLessThan(MOST);
    });

    it('touches few blocks a user for many', async () => {
      expect(await enter(users(256, 200_000))).toBeLessThan(MOST + 256 * MOST_A_USER);
      expect(await status(users(256, 50_000))).toBeLessThan(MOST + 256 * MOST_A_USER);
      expect(await leave(users(256, 60_000))).toBeLessThan(MOST + 256 * MOST_A_USER);
    });

    it('touches few blocks in a tick, and in finding out that there is none to take', async () => {
      const due = () => blocks('SELECT * FROM jari_queue_due()', []);
      const tick = () => blocks('SELECT * FROM jari_queue_admit($1, true)', [queueId]);
      expect(await due()).toBeLessThan(MOST);
      expect(await tick()).toBeLessThan(MOST);
      await database.query(`UPDATE places SET expires_at = now() WHERE queue_id = $1 AND status = 'ACTIVE'`, [queueId]);
      expect(await due()).toBeLessThan(MOST);
      expect(await tick()).toBeLessThan(MOST + 50 * 2 * MOST_A_USER);
      expect(await tick()).toBeLessThan(MOST);
      expect(await blocks('SELECT * FROM jari_queue_stats($1)', [[queueId]])).toBeLessThan(MOST);
    });
  });
}

/** Calls everything often enough for the session to keep generic plans, made for tables that are as good as empty. */
async function settleOnPlans(database: Database): Promise<void> {
  const store = sqlQueueStore(database, FRESH);
  for (let round = 0; round < 12; round++) {
    const requests = ['a', 'b', 'c', 'd', 'e'].map((userId) => ({ userId, queueId: 'warm' }));
    await store.enter(requests);
    await store.status(requests, true);
    await database.query(`UPDATE places SET expires_at = now(), seen_at = NULL WHERE status = 'ACTIVE'`);
    await store.admit();
    await database.query(`UPDATE places SET expires_at = now() - interval '1 day' WHERE status = 'EXPIRED'`);
    await store.admit();
    await store.status(requests, true);
    await store.leave(requests);
    await store.stats(['warm']);
  }
}

/** 50 inside and everybody else behind them. */
async function lineUp(database: Database): Promise<void> {
  await database.query(
    `INSERT INTO queues (queue_id, cap, active_seconds, no_show_seconds, last_ticket, serving_ticket, waiting)
     VALUES ($1, 50, 300, 60, $2::bigint, 50, $2::bigint - 50)`,
    [queueId, WAITING],
  );
  await database.query(
    `INSERT INTO places (queue_id, ticket, user_id, status, entered_at, active_at, expires_at, seen_at)
     SELECT $1, n, 'user-' || n, CASE WHEN n > 50 THEN 'WAITING' ELSE 'ACTIVE' END, now(), CASE WHEN n <= 50 THEN now() END,
       CASE WHEN n <= 50 THEN now() + interval '5 minutes' END, CASE WHEN n <= 50 THEN now() END
     FROM generate_series(1, $2::bigint) n`,
    [queueId, WAITING],
  );
  await database.query(
    `INSERT INTO waiting_blocks SELECT queue_id, ticket >> 7, count(*) FROM places
     WHERE queue_id = $1 AND status = 'WAITING' GROUP BY 1, 2`,
    [queueId],
  );
}
