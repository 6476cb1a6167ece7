import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ask, balanceOf, codeOf, granted, OPENING, openCounter, openVenue, STANDING, someone } from '../sale.ts';
import type { At } from './at.ts';

const OUTSIDE = null;

export function refusals(at: At): void {
  describe('refuses', () => {
    it('who is not inside, or no longer', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      for (const end of [OUTSIDE, new Date(Date.now() - 60_000)]) {
        door.ends.set(userId, end);
        expect(codeOf(await reservations.reserve(ask(venue, userId, 1)))).toBe('NOT_ADMITTED');
        expect(codeOf(await reservations.hold(ask(venue, userId, STANDING)))).toBe('NOT_ADMITTED');
        // Who is outside learns nothing about seats.
        expect(codeOf(await reservations.reserve(ask(venue, userId, 77)))).toBe('NOT_ADMITTED');
      }
      expect(await balanceOf(at(), userId)).toBe(OPENING);
    });

    it('what is not there, from the concert down', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const other = await openVenue(database);
      const userId = someone();
      const codes = async (...where: [number, number, number][]) => {
        const found = [];
        for (const [concertId, concertScheduleId, seatId] of where) {
          found.push(codeOf(await reservations.reserve(ask({ concertId, concertScheduleId }, userId, seatId))));
        }
        return found;
      };
      const nowhere = Number.MAX_SAFE_INTEGER;
      expect(
        await codes(
          [nowhere, nowhere, nowhere],
          [nowhere, venue.concertScheduleId, 1],
          [venue.concertId, nowhere, 1],
          [venue.concertId, other.concertScheduleId, 1],
          [venue.concertId, venue.concertScheduleId, nowhere],
          [venue.concertId, venue.concertScheduleId, 11],
        ),
      ).toEqual([
        'CONCERT_NOT_FOUND',
        'CONCERT_NOT_FOUND',
        'SCHEDULE_NOT_FOUND',
        'SCHEDULE_NOT_FOUND',
        'SEAT_NOT_FOUND',
        'SEAT_NOT_FOUND',
      ]);
      granted(await reservations.reserve(ask(venue, userId, 1)));
      expect(await codes([other.concertId, venue.concertScheduleId, 1])).toEqual(['SCHEDULE_NOT_FOUND']);
    });

    it('who can’t pay, in one call; a hold needs no money yet', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { price: OPENING + 1 });
      const userId = someone();
      expect(codeOf(await reservations.reserve(ask(venue, userId, 1)))).toBe('INSUFFICIENT_BALANCE');
      expect(codeOf(await reservations.reserve(ask(venue, userId, STANDING)))).toBe('INSUFFICIENT_BALANCE');
      granted(await reservations.hold(ask(venue, userId, 1)));
      expect(codeOf(await reservations.reserve(ask(venue, userId, 1)))).toBe('INSUFFICIENT_BALANCE');
      expect(await balanceOf(at(), userId)).toBe(OPENING);
    });

    it('to spend the last won twice', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { price: OPENING });
      const userId = someone();
      expect(granted(await reservations.reserve(ask(venue, userId, 1)))).toMatchObject({ balance: 0 });
      expect(codeOf(await reservations.reserve(ask(venue, userId, 2)))).toBe('INSUFFICIENT_BALANCE');
    });

    it('more seats of a schedule than one user may have', async () => {
      const { database } = at();
      const { reservations } = openCounter(database, { seatsPerUser: 2 });
      const [venue, other] = [await openVenue(database), await openVenue(database)];
      const userId = someone();
      const hold = async (at: typeof venue, seatId: number) => codeOf(await reservations.hold(ask(at, userId, seatId)));
      const first = granted(await reservations.reserve(ask(venue, userId, 1)));
      expect(await hold(venue, STANDING)).toBe('OK');
      expect(await hold(venue, 2)).toBe('SEAT_LIMIT_REACHED');
      expect(await hold(venue, 1)).toBe('OK'); // theirs already
      expect(granted(await reservations.reserve(ask(venue, userId, STANDING)))).toMatchObject({ status: 'CONFIRMED' });
      expect(await hold(other, 1)).toBe('OK');
      granted(await reservations.cancel({ reservationId: first.reservationId, userId }));
      expect(await hold(venue, 2)).toBe('OK');
    });

    it('what is somebody else’s, like what is not there', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const { reservationId, userId } = granted(await reservations.hold(ask(venue, someone(), 1)));
      const stranger = someone();
      for (const request of [
        { reservationId, userId: stranger },
        { reservationId: randomUUID(), userId },
        { reservationId: randomUUID(), userId: null },
      ]) {
        expect(codeOf(await reservations.pay(request))).toBe('RESERVATION_NOT_FOUND');
        expect(codeOf(await reservations.cancel(request))).toBe('RESERVATION_NOT_FOUND');
        expect(await reservations.get(request.reservationId, request.userId)).toBeNull();
      }
      expect(await reservations.get(reservationId, userId)).toMatchObject({ status: 'HELD' });
    });
  });
}
