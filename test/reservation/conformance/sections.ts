import { describe, expect, it } from 'vitest';
import type { Database } from '../../../server/db/database.ts';
import { age, ask, codeOf, granted, HOLD_SECONDS, openVenue, range, STANDING, someone, type Venue } from '../sale.ts';
import type { At } from './at.ts';

async function takenOf(database: Database, { concertScheduleId }: Venue): Promise<unknown> {
  const rows = await database.query('SELECT taken FROM standing_stock WHERE schedule_id = $1', [concertScheduleId]);
  return rows[0]?.taken;
}

export function sections(at: At): void {
  describe('a standing section', () => {
    it('has as many places as it has, and one a user', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { places: 3 });
      const [first, ...rest] = range(1, 3).map(() => someone());
      const view = granted(await reservations.reserve(ask(venue, first as string, STANDING)));
      expect(granted(await reservations.reserve(ask(venue, first as string, STANDING)))).toEqual(view);
      for (const userId of rest) granted(await reservations.hold(ask(venue, userId, STANDING)));
      expect(await takenOf(database, venue)).toBe(3);
      expect(codeOf(await reservations.reserve(ask(venue, someone(), STANDING)))).toBe('SEAT_TAKEN');
      // Sold out is for others: who has a place still gets it again, and may pay.
      expect(codeOf(await reservations.reserve(ask(venue, rest[0] as string, STANDING)))).toBe('OK');
      expect(await takenOf(database, venue)).toBe(3);
    });

    it('gets places back from cancelled and refunded ones', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { places: 2 });
      const held = granted(await reservations.hold(ask(venue, someone(), STANDING)));
      const bought = granted(await reservations.reserve(ask(venue, someone(), STANDING)));
      for (const { reservationId } of [held, bought]) {
        granted(await reservations.cancel({ reservationId, userId: null }));
        granted(await reservations.cancel({ reservationId, userId: null }));
      }
      expect(await takenOf(database, venue)).toBe(0);
    });

    it('gets places back from holds that ran out, before any tick', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { places: 2 });
      for (const userId of [someone(), someone()]) {
        await age(database, granted(await reservations.hold(ask(venue, userId, STANDING))), HOLD_SECONDS);
      }
      granted(await reservations.reserve(ask(venue, someone(), STANDING)));
      expect(await takenOf(database, venue)).toBe(1);
    });

    it('gets them back from a tick, a late payment and a late cancellation', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { places: 3 });
      const [a, b] = [someone(), someone()];
      const holds = [];
      for (const userId of [a, b, someone()]) {
        holds.push(granted(await reservations.hold(ask(venue, userId, STANDING))));
      }
      const [first, second, third] = holds.map(({ reservationId }) => reservationId) as [string, string, string];
      for (const held of holds.slice(0, 2)) await age(database, held, HOLD_SECONDS);
      expect(codeOf(await reservations.pay({ reservationId: first, userId: a }))).toBe('HOLD_EXPIRED');
      expect(await takenOf(database, venue)).toBe(2);
      expect(codeOf(await reservations.cancel({ reservationId: second, userId: b }))).toBe('RESERVATION_CLOSED');
      expect(await takenOf(database, venue)).toBe(1);
      await age(database, holds[2] as (typeof holds)[0], HOLD_SECONDS);
      await reservations.expireHolds();
      expect(await takenOf(database, venue)).toBe(0);
      expect(codeOf(await reservations.pay({ reservationId: third, userId: null }))).toBe('HOLD_EXPIRED');
      expect(await takenOf(database, venue)).toBe(0);
    });

    it('is not for sale before its stock is there', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      await database.query(`INSERT INTO seats VALUES ($1, 2000, 'Balcony', 'B', 'STANDING', 1, 5)`, [
        venue.concertScheduleId,
      ]);
      expect(codeOf(await reservations.reserve(ask(venue, someone(), 2000)))).toBe('SEAT_NOT_FOUND');
      await database.query('INSERT INTO standing_stock (schedule_id, seat_id, capacity) VALUES ($1, 2000, 5)', [
        venue.concertScheduleId,
      ]);
      expect(codeOf(await reservations.reserve(ask(venue, someone(), 2000)))).toBe('OK');
    });
  });
}
