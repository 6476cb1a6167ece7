import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POSTGRES } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { all, openRace, type Race, rush, without } from './race.ts';
import { ask, codeOf, openVenue, range, STANDING, someone, type Venue } from './sale.ts';

const ROUNDS = 200;
const USERS = 50;
const RESERVE = 'reservation/sql/reserve.sql';
const WITHOUT_LOCK: [RegExp, string][] = [[/(t\.seat_id = a\.s) FOR UPDATE\) t;/, '$1) t;']];

describe.skipIf(POSTGRES.missing)('racing for seats on PostgreSQL', () => {
  let race: Race;
  beforeEach(async () => {
    race = await openRace(4);
  });
  afterEach(() => race?.dispose());

  /** All users after one seat at once. */
  const round = async (venue: Venue, users: string[], seatId: number) =>
    all(await rush(race, users, ({ reservations }, userId) => reservations.reserve(ask(venue, userId, seatId)))).map(
      codeOf,
    );

  it(`${USERS} users after the same numbered seat, ${ROUNDS} rounds: one gets it, the others hear that it is taken`, async () => {
    const venue = await openVenue(race.database, { seats: ROUNDS, price: 1 });
    const users = range(1, USERS).map(() => someone());
    for (const seatId of range(1, ROUNDS)) {
      const codes = await round(venue, users, seatId);
      expect(codes.toSorted()).toEqual(['OK', ...range(2, USERS).map(() => 'SEAT_TAKEN')]);
    }
    expect(await violations(race.database)).toEqual([]);
  });

  it('sells a seat twice without the unique index', async () => {
    await race.database.query('DROP INDEX reservations_one_owner');
    const venue = await openVenue(race.database, { seats: ROUNDS, price: 1 });
    const users = range(1, USERS).map(() => someone());
    let found: string[] = [];
    for (let seatId = 1; seatId <= ROUNDS && found.length === 0; seatId++) {
      await round(venue, users, seatId);
      found = await violations(race.database);
    }
    expect(found.join()).toContain('a numbered seat has one owner');
  });

  it('400 users after 150 places of a section: each place goes once', async () => {
    const venue = await openVenue(race.database, { places: 150 });
    const codes = await round(
      venue,
      range(1, 400).map(() => someone()),
      STANDING,
    );
    expect(codes.filter((code) => code === 'OK')).toHaveLength(150);
    expect(codes.filter((code) => code === 'SEAT_TAKEN')).toHaveLength(250);
    expect(await violations(race.database)).toEqual([]);
  });

  it('oversells the section without the lock on its stock', async () => {
    await without(race.database, RESERVE, WITHOUT_LOCK);
    await race.database.query('ALTER TABLE standing_stock DROP CONSTRAINT standing_stock_check');
    const venue = await openVenue(race.database, { places: 10 });
    const users = range(1, 400).map(() => someone());
    await rush(race, users, ({ store }, userId) => storeTake(store, venue, userId));
    expect((await violations(race.database)).join()).toContain('a section sells no more than it has');
  });

  it('is stopped by the constraint when the lock is gone', async () => {
    await without(race.database, RESERVE, WITHOUT_LOCK);
    const venue = await openVenue(race.database, { places: 10 });
    const users = range(1, 400).map(() => someone());
    const calls = await rush(race, users, ({ store }, userId) => storeTake(store, venue, userId));
    expect(calls.filter((call) => call.status === 'rejected').length).toBeGreaterThan(0);
    expect(await violations(race.database)).toEqual([]);
  });
});

/** Past the batcher: as many calls at once as there are users, each on a connection of its own. */
const storeTake = (store: Race['counters'][0]['store'], venue: Venue, userId: string) =>
  store.reserve([
    {
      userId,
      concertId: venue.concertId,
      scheduleId: venue.concertScheduleId,
      seatId: STANDING,
      queueId: 'main',
      reservationId: crypto.randomUUID(),
      pay: true,
      admittedUntil: new Date(Date.now() + 3_600_000),
    },
  ]);
