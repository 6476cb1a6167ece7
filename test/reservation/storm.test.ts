import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POSTGRES } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { all, openRace, type Race, rush, without } from './race.ts';
import { ask, type Counter, keyed, openVenue, range, STANDING, type Venue } from './sale.ts';

const PROCESSES = 8;
const SEATS = 12;
/** Requests that one process has under way at a time. */
const HANDS = 12;
/** Longer: `STORM_SECONDS=60 npm test -- test/reservation/storm`. */
const SECONDS = Number(process.env.STORM_SECONDS ?? 2);
const TIMEOUT_MILLISECONDS = 60_000 + 10_000 * SECONDS;

const below = (n: number) => Math.floor(Math.random() * n);
const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;

// Everything at once, over few users and seats, so that everybody is in everybody's way all the time.
describe.skipIf(POSTGRES.missing)('a storm of commands from 8 processes on PostgreSQL', () => {
  let race: Race;
  let venues: Venue[];
  let known: string[];
  beforeEach(async () => {
    race = await openRace(PROCESSES);
    venues = [];
    for (const _ of range(1, 3)) venues.push(await openVenue(race.database, { seats: SEATS, places: 10 }));
    known = [];
  });
  afterEach(() => race?.dispose());

  async function command({ reservations, wallets, door }: Counter, users: number): Promise<unknown> {
    const userId = `user-${below(users)}`;
    // Slots about to end make holds of a few milliseconds: many run out while somebody is at them.
    door.ends.set(userId, Math.random() < 0.1 ? null : new Date(Date.now() + below(60)));
    // A key may come with another command, but never with the hash of one.
    const key = Math.random() < 0.2 ? `k${below(400)}` : undefined;
    const by = (command: string) => (key === undefined ? undefined : keyed(key, command));
    const seatId = Math.random() < 0.4 ? STANDING : 1 + below(SEATS);
    const venue = pick(venues);
    const whose = { reservationId: pick(known), userId: Math.random() < 0.5 ? null : userId };
    const dice = Math.random();
    if (dice < 0.05) return reservations.expireHolds();
    if (dice < 0.15) return wallets.charge({ userId, amount: 1 + below(300), idempotency: by('charge') });
    if (dice < 0.35 && known.length > 0) return reservations.pay({ ...whose, idempotency: by('pay') });
    if (dice < 0.6 && known.length > 0) return reservations.cancel({ ...whose, idempotency: by('cancel') });
    const outcome = await (dice < 0.8
      ? reservations.hold(ask(venue, userId, seatId, by('hold')))
      : reservations.reserve(ask(venue, userId, seatId, by('reserve'))));
    if (outcome.ok) known = [outcome.value.reservationId, ...known].slice(0, 60);
    return outcome;
  }

  /** How many commands went through. */
  async function storm(seconds: number, users: number): Promise<number> {
    const end = Date.now() + seconds * 1_000;
    let done = 0;
    const hands = range(1, PROCESSES * HANDS);
    all(
      await rush(race, hands, async (counter) => {
        for (; Date.now() < end; done++) await command(counter, users);
      }),
    );
    return done;
  }

  it(
    'fails nobody, needs no deadlock to be broken, and leaves everything as it must be',
    async () => {
      // Few users meet at their wallets, many at the seats behind them.
      for (const users of [25, 3_000]) expect(await storm(SECONDS, users)).toBeGreaterThan(200);
      expect(await violations(race.database)).toEqual([]);
      const said = await race.database.query(`SELECT DISTINCT type FROM outbox ORDER BY type`);
      expect(said.map(({ type }) => type)).toEqual([
        'reservation.cancelled',
        'reservation.confirmed',
        'reservation.expired',
        'reservation.held',
        'wallet.charged',
      ]);
      expect(await race.finish()).toEqual({ deadlocks: 0 });
    },
    TIMEOUT_MILLISECONDS,
  );

  it(
    'has deadlocks when wallets are locked in any order',
    async () => {
      await without(race.database, 'wallet/sql/_lock_wallets.sql', [
        [/SELECT DISTINCT (u FROM .*) ORDER BY u/, 'SELECT $1 ORDER BY random()'],
      ]);
      await storm(SECONDS / 2, 25).catch(() => {});
      expect((await race.finish()).deadlocks).toBeGreaterThan(0);
    },
    TIMEOUT_MILLISECONDS,
  );

  it(
    'has deadlocks when stock is locked in any order',
    async () => {
      await without(race.database, 'reservation/sql/reserve.sql', [
        [/SELECT DISTINCT (d, s FROM .*) ORDER BY d, s\) a\n(.*FOR UPDATE)/, 'SELECT $1 ORDER BY random()) a\n$2'],
      ]);
      await storm(SECONDS, 100_000).catch(() => {});
      expect((await race.finish()).deadlocks).toBeGreaterThan(0);
    },
    TIMEOUT_MILLISECONDS,
  );
});
