import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decided } from '../../server/lib/decide.ts';
import { AroundLocks, impatient } from '../../server/reservation/sql/around-locks.ts';
import { sqlReservationStore } from '../../server/reservation/sql/store.ts';
import type { ReservationAnswer, ReservationStore, ReserveItem } from '../../server/reservation/store.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';

const RULES = { openingBalance: 1_000_000, holdSeconds: 300, seatsPerUser: 0 };
const SCHEDULE = 11;
const STANDING = 1;

let count = 0;
const item = (userId: string, seatId: number): ReserveItem => ({
  userId,
  concertId: 1,
  scheduleId: SCHEDULE,
  seatId,
  queueId: 'main',
  reservationId: `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
  pay: true,
  admittedUntil: new Date(Date.now() + 600_000),
});

const code = ({ answer }: Decided<ReservationAnswer>) => answer?.code ?? 'AGAIN';

describe.skipIf(POSTGRES.missing)('reservations around locked rows', () => {
  let world: TestDatabase;
  let store: ReservationStore;
  let around: AroundLocks;
  beforeAll(async () => {
    world = await POSTGRES.open();
    const { database } = world;
    await database.execute(`
      INSERT INTO concerts VALUES (1, 't', 't', 'a', 'v');
      INSERT INTO schedules VALUES (${SCHEDULE}, 1, now());
      INSERT INTO seats VALUES (${SCHEDULE}, ${STANDING}, 'S', 'S', 'STANDING', 1000, 100000);
      INSERT INTO standing_stock VALUES (${SCHEDULE}, ${STANDING}, 100000, 0);
      INSERT INTO seats SELECT ${SCHEDULE}, n, n::text, 'A', 'SEAT', 1000, 1 FROM generate_series(1001, 1500) n`);
    store = sqlReservationStore(database, RULES);
    around = new AroundLocks({ database, store, impatient: sqlReservationStore(impatient(database, 150), RULES) });
  });
  afterAll(() => world.dispose());

  /** Asks until every item has an answer, as group commit does. */
  async function answers(to: ReservationStore, items: ReserveItem[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    let left = items;
    while (left.length > 0) {
      const decided = await to.reserve(left);
      const again: ReserveItem[] = [];
      left.forEach((one, i) => {
        const answer = code(decided[i] as Decided<ReservationAnswer>);
        if (answer === 'AGAIN') again.push(one);
        else found.set(one.userId, answer);
      });
      left = again;
    }
    return found;
  }

  /** Somebody sits on rows while `work` goes on. */
  async function whileLocked(sql: string, work: () => Promise<void>): Promise<void> {
    await world.database.transaction(async (session) => {
      await session.query(sql);
      await work();
    });
  }

  it('fail all together without it: one locked row, and nobody of the batch gets a seat', async () => {
    await store.reserve([item('known', 1001)]);
    await whileLocked(`SELECT FROM wallets WHERE user_id = 'known' FOR UPDATE`, async () => {
      await expect(store.reserve([item('known', 1002), item('other', 1003)])).rejects.toThrow('did not answer');
    });
  });

  it('refuse those who need a locked wallet, and serve everybody else', async () => {
    await store.reserve([item('stuck', 1010)]);
    await whileLocked(`SELECT FROM wallets WHERE user_id = 'stuck' FOR UPDATE`, async () => {
      const first = await answers(around, [item('a', 1011), item('stuck', 1012), item('b', STANDING)]);
      expect(Object.fromEntries(first)).toEqual({ a: 'OK', stuck: 'STORE_UNAVAILABLE', b: 'OK' });
      const next = await answers(around, [item('stuck', 1013), item('c', 1014)]);
      expect(Object.fromEntries(next)).toEqual({ stuck: 'STORE_UNAVAILABLE', c: 'OK' });
    });
    expect(around.takeRefused()).toBe(2);
    expect(Object.fromEntries(await answers(around, [item('stuck', 1015)]))).toEqual({ stuck: 'OK' });
  });

  it('refuse those who need a locked section or seat, and serve everybody else', async () => {
    await store.reserve([item('owner', 1020)]);
    const lock = `WITH s AS MATERIALIZED (SELECT 1 FROM standing_stock WHERE seat_id = ${STANDING} FOR UPDATE)
      SELECT 1 FROM reservations, s WHERE user_id = 'owner' FOR UPDATE OF reservations`;
    await whileLocked(lock, async () => {
      const asked = [item('d', STANDING), item('e', 1021), item('f', 1020), item('g', STANDING)];
      // A confirmed seat is taken, and knowing that needs no lock.
      expect(Object.fromEntries(await answers(around, asked))).toMatchObject({
        d: 'STORE_UNAVAILABLE',
        e: 'OK',
        g: 'STORE_UNAVAILABLE',
      });
    });
  });

  it('give everybody a place in a section that two processes sell at the same time', async () => {
    const elsewhere = new AroundLocks({
      database: world.database,
      store,
      impatient: sqlReservationStore(impatient(world.database, 150), RULES),
    });
    // Wary from the start: trouble elsewhere, and somebody's long transaction that locks nothing of this.
    await store.reserve([item('stuck-2', 1030), item('stuck-3', 1031)]);
    await whileLocked(`SELECT FROM wallets WHERE user_id IN ('stuck-2', 'stuck-3') FOR UPDATE`, async () => {
      await Promise.all([answers(around, [item('stuck-2', 1032)]), answers(elsewhere, [item('stuck-3', 1033)])]);
    });
    const crowd = (name: string) => Array.from({ length: 20 }, (_, n) => item(`${name}-${n}`, STANDING));
    const found = await Promise.all(
      Array.from({ length: 10 }, (_, n) => answers(n % 2 ? around : elsewhere, crowd(`crowd-${n}`))),
    );
    expect(new Set(found.flatMap((answers) => [...answers.values()]))).toEqual(new Set(['OK']));
  });

  it('take parts of a batch one after the other', async () => {
    const sizes: number[] = [];
    const counting: ReservationStore = {
      ...store,
      reserve: (items) => {
        sizes.push(items.length);
        return store.reserve(items);
      },
    };
    const inParts = new AroundLocks({
      database: world.database,
      store: counting,
      impatient: counting,
      mostItems: () => 4,
    });
    const items = Array.from({ length: 10 }, (_, n) => item(`part-${n}`, 1100 + n));
    expect(new Set((await answers(inParts, items)).values())).toEqual(new Set(['OK']));
    expect(sizes).toEqual([4, 4, 2]);
  });
});
