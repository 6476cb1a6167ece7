import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../server/db/database.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';

const WAITING = 10_000;
const BATCH = 20;
/** An event is looked up and written in up to five tables, each a few levels down. A way through a table is 300 blocks. */
const MOST_BLOCKS_AN_EVENT = 90;
const TABLES = ['outbox', 'inbox', 'deliveries', 'dead_letters', 'sales_ranking', 'leases', 'consumer_chunks'];
const HAND_OUT = 'outbox_hand_out($1, $2, $3, $4)';
const HANDED_OVER = 'outbox_handed_over($1, $2, $3::jsonb, $4, $5, $6::jsonb)';
const SUBSCRIBED = JSON.stringify([{ name: 'sales-ranking', topics: ['reservations'] }]);
const FILL = `INSERT INTO outbox (topic, key, type, payload)
  SELECT 'reservations', gen_random_uuid()::text, 'reservation.confirmed', '{}' FROM generate_series(1, $1::integer)`;

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}
interface Claimed extends Record<string, unknown> {
  event_id: number;
  topic: string;
  key: string;
  attempts: number;
}

// The worst case for a plan, as in test/reservation/plans.test.ts: made for empty tables, and kept by the session.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`with ${WAITING} deliveries that wait, on ${target.name}`, () => {
    let home: TestDatabase;
    let database: Database;

    beforeAll(async () => {
      home = await target.open();
      database = home.url ? openPostgres(home.url, { ...PG_DEFAULTS, poolSize: 1 }) : home.database;
      for (const table of TABLES) await database.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
      await database.execute('VACUUM ANALYZE');
      // Six times: after five the planner may settle for one plan.
      for (let n = 0; n < 6; n++) {
        await database.query(FILL, [1]);
        await database.query('SELECT outbox_publish($1::jsonb, 100)', [SUBSCRIBED]);
        await settle(await claim(), n % 2 === 0 ? 1 : null);
        await database.query('UPDATE deliveries SET next_attempt_at = now()');
        await settle(await claim());
        await database.query(FILL, [1]);
        await database.query(`SELECT * FROM ${HAND_OUT}`, handOutArgs);
        await database.query(`SELECT ${HANDED_OVER}`, await handedOverArgs());
      }
      await database.query(FILL, [WAITING]);
      await database.query('SELECT outbox_publish($1::jsonb, $2)', [SUBSCRIBED, WAITING]);
    });
    afterAll(async () => {
      if (home?.url) await database.close();
      await home?.dispose();
    });

    const claim = () =>
      database.query<Claimed>('SELECT * FROM deliveries_claim($1, $2, 8, 60000)', ['sales-ranking', BATCH]);

    /** As applied; or, with `retry`, as failed and tried again, or given up when that is null. */
    const settleArgs = (claims: readonly Claimed[], retry?: number | null) => {
      const rows = claims.map(({ event_id: eventId, topic, key, attempts }) => ({ eventId, topic, key, attempts }));
      const failed = rows.map((row) => ({ ...row, error: 'no', retryMilliseconds: retry, counted: true }));
      return [
        'sales-ranking',
        JSON.stringify(retry === undefined ? rows : []),
        JSON.stringify(retry === undefined ? [] : failed),
      ];
    };
    const handOutArgs = ['me', 60_000, BATCH, ['sales-ranking']];
    const handedOverArgs = async () => {
      const rows = await database.query<{ event_id: number }>('SELECT event_id FROM outbox WHERE published_at IS NULL');
      const ids = rows.map((row) => row.event_id);
      return ['me', ids, '[]', ids, ids.map(() => 'sales-ranking'), '{}'];
    };
    const settle = (claims: readonly Claimed[], retry?: number | null) =>
      database.query('SELECT deliveries_settle($1, $2::jsonb, $3::jsonb)', settleArgs(claims, retry));

    /** Blocks an event of tables and indexes that a call touches. */
    async function blocks(call: string, params: unknown[]): Promise<number> {
      const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM ${call}`,
        params,
      );
      const plan = row?.['QUERY PLAN'][0]?.Plan as Plan;
      return (plan['Shared Hit Blocks'] + plan['Shared Read Blocks']) / BATCH;
    }

    it('finds its way to those that are due, and ends them', async () => {
      const taken = { claimed: await blocks('deliveries_claim($1, $2, 8, 60000)', ['sales-ranking', BATCH]) };
      const found: Record<string, number> = { ...taken };
      for (const [name, retry] of [
        ['applied', undefined],
        ['tried again', 60_000],
        ['given up', null],
      ] as const) {
        const claims = await claim();
        expect(claims).toHaveLength(BATCH);
        found[name] = await blocks('deliveries_settle($1, $2::jsonb, $3::jsonb)', settleArgs(claims, retry));
      }
      await database.query(FILL, [BATCH]);
      found.published = await blocks('outbox_publish($1::jsonb, $2)', [SUBSCRIBED, BATCH]);
      // Some of the keys are behind something: each is asked for.
      await database.query(FILL, [BATCH]);
      found['handed out'] = await blocks(HAND_OUT, handOutArgs);
      found['handed over'] = await blocks(HANDED_OVER, await handedOverArgs());
      expect(Object.entries(found).filter(([, count]) => count > MOST_BLOCKS_AN_EVENT)).toEqual([]);
      const [left] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM deliveries');
      // Claimed and never settled, and tried again: still there. Applied and given up: not.
      expect(left?.count).toBe(WAITING + BATCH - 2 * BATCH);
    });
  });
}
