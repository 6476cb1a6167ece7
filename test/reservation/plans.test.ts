import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../server/db/database.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { type Counter, HOLD_SECONDS, openCounter, openVenue, range, STANDING, someone, type Venue } from './sale.ts';

const ROWS = 60_000;
const REQUESTS = 20;
/** A request looks up about fifteen rows and writes about five with their index entries, each a few levels down. */
const MOST_BLOCKS_A_REQUEST = 130;
/** Holds of a section that a call ends before it decides. */
const ENDED = 128;
const TABLES = ['reservations', 'wallets', 'wallet_entries', 'idempotency_keys', 'standing_stock', 'seats'];

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

// The worst case for a plan: made for tables that the server knows to be empty, kept by the session, and not put right
// until the server happens to analyse tables that have grown meanwhile (PGlite never does). So every look-up must be an
// index probe by the way it is written. Any way through a whole table or index here is over 200 blocks.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`with ${ROWS} reservations on ${target.name}`, () => {
    let home: TestDatabase;
    let database: Database;
    let venue: Venue;
    const regulars = range(1, REQUESTS).map((n) => `regular-${n}`);

    beforeAll(async () => {
      home = await target.open();
      database = home.url ? openPostgres(home.url, { ...PG_DEFAULTS, poolSize: 1, ...PATIENT }) : home.database;
      for (const table of TABLES) await database.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
      await database.execute('VACUUM ANALYZE');
      await makePlans(openCounter(database, { seatsPerUser: 5 }));
      venue = await openVenue(database, { seats: ROWS, places: ROWS });
      await database.query(GROWTH, [venue.concertId, ROWS, STANDING]);
      await database.query('UPDATE standing_stock SET taken = $1', [ROWS / 2]);
      await database.query(REGULARS, [venue.concertId, regulars]);
    });
    afterAll(async () => {
      if (home?.url) await database.close();
      await home?.dispose();
    });

    /** Blocks a request of tables and indexes that a call touches. */
    async function blocks(call: string, params: unknown[]): Promise<number> {
      const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM ${call}`,
        params,
      );
      const plan = row?.['QUERY PLAN'][0]?.Plan as Plan;
      return (plan['Shared Hit Blocks'] + plan['Shared Read Blocks']) / REQUESTS;
    }

    const reserve = (users: string[], seatOf: (i: number) => number, pay: boolean, key: string | null = null) =>
      blocks('jari_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1000, 300, 5)', [
        users,
        users.map(() => venue.concertId),
        users.map(() => venue.concertScheduleId),
        users.map((_, i) => seatOf(i)),
        users.map(() => 'main'),
        users.map(() => randomUUID()),
        users.map(() => pay),
        users.map(() => new Date(Date.now() + HOLD_SECONDS * 1_000).toISOString()),
        users.map(() => key),
        users.map(() => key),
        users.map(() => key),
      ]);

    /** After the holds that ran out are gone. */
    async function settled<T>(measure: () => Promise<T>): Promise<T> {
      await database.query('SELECT jari_expire_holds(1000000)');
      return measure();
    }
    const ranOut = () =>
      database.query(`UPDATE reservations SET held_until = now() - interval '1 minute' WHERE status = 'HELD'`);

    for (const [name, users, first] of [
      ['new users', regulars.map(() => someone()), 1_000],
      ['users with some history', regulars, 2_000],
    ] as const) {
      it(`finds its way for ${name}`, async () => {
        const found = {
          taken: await reserve(users, (i) => first + 2 * i + 1, true),
          free: await reserve(users, (i) => first + 2 * i, true),
          held: await reserve(users, (i) => first + 100 + 2 * i, false, 'key'),
          replayed: await reserve(users, (i) => first + 100 + 2 * i, false, 'key'),
          completed: await reserve(users, (i) => first + 100 + 2 * i, true),
          'holds that ran out ended': ((await reserve(users, () => STANDING, false)) * REQUESTS) / (REQUESTS + ENDED),
          section: await settled(() => reserve(users, () => STANDING, false)),
          'section completed': await reserve(users, () => STANDING, true),
        };
        expect(Object.entries(found).filter(([, count]) => count > MOST_BLOCKS_A_REQUEST)).toEqual([]);
      });
    }

    it('finds its way to what is to be paid, cancelled and ended', async () => {
      const idsOf = async (status: string) =>
        (
          await database.query<{ reservation_id: string }>(
            'SELECT reservation_id FROM reservations WHERE status = $1 AND user_id = ANY ($2) LIMIT $3',
            [status, regulars, REQUESTS],
          )
        ).map((row) => row.reservation_id);
      const settle = (ids: string[], pay: boolean) =>
        blocks('jari_settle($1, $2, $3, $4, $5, $6, 1000)', [
          ids,
          ids.map(() => null),
          ids.map(() => pay),
          ids.map((_, i) => `settle ${i} ${pay}`),
          ids.map(() => 'hash'),
          ids.map(() => 'request'),
        ]);
      await reserve(regulars, (i) => 3_000 + 2 * i, false);
      const found = {
        paid: await settle(await idsOf('HELD'), true),
        cancelled: await settle(await idsOf('CONFIRMED'), false),
        'not found': await settle(
          regulars.map(() => randomUUID()),
          true,
        ),
        charged: await blocks('jari_charge($1, $2, $3, $4, $5, 1000, 1000000)', [
          regulars,
          regulars.map(() => 1),
          regulars.map((_, i) => `charge ${i}`),
          regulars.map(() => 'hash'),
          regulars.map(() => 'request'),
        ]),
        ended: await ranOut().then(() => blocks('jari_expire_holds($1)', [REQUESTS])),
      };
      expect(Object.entries(found).filter(([, count]) => count > MOST_BLOCKS_A_REQUEST)).toEqual([]);
    });
  });
}

const PATIENT = { statementTimeoutMilliseconds: 60_000, connectTimeoutMilliseconds: 30_000 };

/** Every command often enough for the session to settle on its plans, without leaving a row behind. */
async function makePlans({ reservations, wallets }: Counter): Promise<void> {
  const nowhere = { concertId: 1, concertScheduleId: 1, seatId: 1, queueId: 'main' };
  for (const _ of range(1, 12)) {
    await reservations.reserve({ ...nowhere, userId: 'nobody' });
    await reservations.pay({ reservationId: randomUUID(), userId: null });
    await wallets.charge({ userId: 'nobody', amount: Number.MAX_SAFE_INTEGER });
    await reservations.expireHolds();
  }
}

/** Half of the numbered seats are sold, the section holds as many, a tenth of it run out; each user has one of each. */
const GROWTH = `WITH users AS (SELECT n, 'user-' || n AS user_id FROM generate_series(1, $2::integer) n),
  wallet AS (INSERT INTO wallets (user_id, balance, paid_in) SELECT user_id, 0, 0 FROM users),
  keys AS (INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer) SELECT user_id, 'k', 'h', 'r', '{}' FROM users),
  numbered AS (INSERT INTO reservations (reservation_id, user_id, concert_id, schedule_id, seat_id, queue_id, exclusive,
      status, price, confirmed_at)
    SELECT gen_random_uuid(), user_id, $1, $1, n, 'main', true, 'CONFIRMED', 0, now() FROM users WHERE n % 2 = 1)
  INSERT INTO reservations (reservation_id, user_id, concert_id, schedule_id, seat_id, queue_id, exclusive, status, price,
    held_until)
  SELECT gen_random_uuid(), user_id, $1, $1, $3, 'main', false, 'HELD', 0,
    now() + CASE WHEN n % 10 = 0 THEN interval '-1 hour' ELSE interval '1 hour' END
  FROM users WHERE n % 2 = 0`;

/** A wallet and 200 cancelled reservations each. */
const REGULARS = `WITH users AS (SELECT unnest($2::text[]) AS user_id),
  wallet AS (INSERT INTO wallets (user_id, balance, paid_in) SELECT user_id, 1000000, 1000000 FROM users)
  INSERT INTO reservations (reservation_id, user_id, concert_id, schedule_id, seat_id, queue_id, exclusive, status, price)
  SELECT gen_random_uuid(), user_id, $1, $1, n, 'main', true, 'CANCELLED', 0 FROM users, generate_series(1, 200) n`;
