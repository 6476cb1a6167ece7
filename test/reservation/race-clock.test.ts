import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReservationView } from '../../server/reservation/store.ts';
import { POSTGRES } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { all, openRace, type Race, rush, without } from './race.ts';
import { ask, type Counter, codeOf, granted, openVenue, range, STANDING, someone, type Venue } from './sale.ts';

const HOLDS = 60;
/** Holds run out within these milliseconds, while everybody is at them. */
const SOON = 40;

// A hold runs out at the millisecond at which it is paid, cancelled, swept, and taken over by somebody else.
describe.skipIf(POSTGRES.missing)('racing against the end of a hold on PostgreSQL', () => {
  let race: Race;
  beforeEach(async () => {
    race = await openRace(4);
  });
  afterEach(() => race?.dispose());

  interface Outcome {
    held: ReservationView;
    pay: string;
    cancel: string;
    seatTakenOver: boolean;
  }

  async function storm(venue: Venue, seatOf: (n: number) => number): Promise<Outcome[]> {
    const [first] = race.counters as [Counter];
    const users = range(1, HOLDS).map(() => someone());
    const held = await Promise.all(
      users.map(async (userId, i) => granted(await first.reservations.hold(ask(venue, userId, seatOf(i + 1))))),
    );
    await race.database.query(
      `UPDATE reservations SET held_until = clock_timestamp() + random() * make_interval(secs => $2::float / 1000)
       WHERE reservation_id = ANY ($1)`,
      [held.map(({ reservationId }) => reservationId), SOON],
    );
    const end = Date.now() + 2 * SOON;
    const outcomes = held.map((one) => ({ held: one, pay: '', cancel: '', seatTakenOver: false }));
    const later = () => wait(Math.random() * 2 * SOON);
    const sweep = async (counter: Counter) => {
      while (Date.now() < end) await counter.reservations.expireHolds();
    };
    const calls = await Promise.all([
      rush(race, race.counters, sweep),
      rush(race, outcomes, async ({ reservations }, one) => {
        await later();
        one.pay = codeOf(await reservations.pay({ reservationId: one.held.reservationId, userId: one.held.userId }));
      }),
      rush(race, outcomes.slice(HOLDS / 2), async ({ reservations }, one) => {
        await later();
        one.cancel = codeOf(await reservations.cancel({ reservationId: one.held.reservationId, userId: null }));
      }),
      rush(race, outcomes, async ({ reservations }, one) => {
        await later();
        one.seatTakenOver = (await reservations.reserve(ask(venue, someone(), one.held.seatId))).ok;
      }),
    ]);
    all<unknown>(calls.flat());
    await first.reservations.expireHolds();
    return outcomes;
  }

  /** Each hold ended one way, and everybody was told that way. */
  async function check({ held, pay, cancel, seatTakenOver }: Outcome): Promise<void> {
    const found = await race.counters[0]?.reservations.get(held.reservationId, null);
    const told = { pay, cancel, status: found?.status };
    if (told.status === 'CONFIRMED') expect(told).toEqual({ pay: 'OK', cancel: '', status: 'CONFIRMED' });
    else if (told.status === 'EXPIRED') {
      expect(told.pay).toBe('HOLD_EXPIRED');
      expect(['', 'RESERVATION_CLOSED']).toContain(told.cancel);
    } else {
      expect(told).toMatchObject({ cancel: 'OK', status: 'CANCELLED' });
      expect(['OK', 'RESERVATION_CLOSED']).toContain(told.pay);
    }
    if (held.seatId !== STANDING && seatTakenOver) expect(told.status).not.toBe('CONFIRMED');
  }

  it('numbered seats end up with one owner, who is told so', async () => {
    const seen = new Set<string>();
    for (const _ of range(1, 6)) {
      const outcomes = await storm(await openVenue(race.database, { seats: HOLDS }), (n) => n);
      for (const outcome of outcomes) await check(outcome);
      for (const { pay } of outcomes) seen.add(pay);
    }
    // The race was one: some were in time and some too late.
    expect([...seen]).toEqual(expect.arrayContaining(['OK', 'HOLD_EXPIRED']));
    expect(await violations(race.database)).toEqual([]);
  });

  it('places of a section return once', async () => {
    for (const _ of range(1, 6)) {
      const outcomes = await storm(await openVenue(race.database, { places: HOLDS + 5 }), () => STANDING);
      for (const outcome of outcomes) await check(outcome);
    }
    expect(await violations(race.database)).toEqual([]);
  });

  it('a hold that ran out is paid for without the lock and the state in the WHERE clause', async () => {
    const guards = / FOR UPDATE(?=\) r;)|\n +AND CASE r\.status WHEN 'HELD' THEN r\.held_until > moment END/g;
    const [first] = race.counters as [Counter];
    let found: string[] = [];
    for (let milliseconds = 200; milliseconds < 5_000 && found.length === 0; milliseconds *= 2) {
      const asPaymentDecides = `PERFORM pg_sleep(${(2 * milliseconds) / 1_000}); PERFORM jari_expire(`;
      await without(race.database, 'reservation/sql/settle.sql', [
        [guards, ''],
        [/PERFORM jari_expire\(/, asPaymentDecides],
      ]);
      const venue = await openVenue(race.database);
      const held = granted(await first.reservations.hold(ask(venue, someone(), 1)));
      await race.database.query('UPDATE reservations SET held_until = $2 WHERE reservation_id = $1', [
        held.reservationId,
        new Date(Date.now() + milliseconds),
      ]);
      // The payment began in time; the tick that ends the hold has not committed when the payment looks again.
      const pay = first.reservations.pay({ reservationId: held.reservationId, userId: held.userId });
      await wait(1.2 * milliseconds);
      await race.database.transaction(async (sql) => {
        await sql.query('SELECT jari_expire_holds(10)');
        await wait(2 * milliseconds);
      });
      await pay;
      found = await violations(race.database);
    }
    expect(found.join()).toContain('the events of a reservation tell its whole story in order');
  });
});

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
