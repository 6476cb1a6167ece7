import { describe, expect, it } from 'vitest';
import { age, ask, balanceOf, codeOf, granted, HOLD_SECONDS, OPENING, openVenue, PRICE, someone } from '../sale.ts';
import type { At } from './at.ts';

export function holding(at: At): void {
  describe('holding a seat', () => {
    it('keeps it for a while and moves no money', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const before = Date.now();
      const view = granted(await reservations.hold(ask(venue, userId, 1)));
      expect(view).toMatchObject({ status: 'HELD', price: PRICE, balance: OPENING, confirmedAt: null });
      const lasts = (Date.parse(view.heldUntil as string) - before) / 1_000;
      expect(lasts).toBeGreaterThan(HOLD_SECONDS - 600);
      expect(lasts).toBeLessThan(HOLD_SECONDS + 600);
      expect((await wallets.entries(userId, { limit: 9 })).items.map(({ kind }) => kind)).toEqual(['OPENING']);
      expect(codeOf(await reservations.reserve(ask(venue, someone(), 1)))).toBe('SEAT_TAKEN');
    });

    it('answers the same hold again, and does not prolong it', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const first = granted(await reservations.hold(ask(venue, userId, 1)));
      door.ends.set(userId, null);
      expect(granted(await reservations.hold(ask(venue, userId, 1)))).toEqual(first);
    });

    it('lasts no longer than the slot', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const end = new Date(Date.now() + 100_000);
      door.ends.set(userId, end);
      const view = granted(await reservations.hold(ask(venue, userId, 1)));
      expect(view.heldUntil).toBe(end.toISOString());
    });

    it('ends by itself: the seat is free again for somebody else, before any tick', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const held = granted(await reservations.hold(ask(venue, someone(), 1)));
      await age(database, held, HOLD_SECONDS);
      expect(await reservations.get(held.reservationId, null)).toMatchObject({ status: 'EXPIRED', heldUntil: null });
      expect(codeOf(await reservations.reserve(ask(venue, someone(), 1)))).toBe('OK');
      expect(await reservations.get(held.reservationId, null)).toMatchObject({ status: 'EXPIRED' });
    });

    it('can be taken anew by who let it run out', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const held = granted(await reservations.hold(ask(venue, userId, 1)));
      await age(database, held, HOLD_SECONDS);
      door.ends.set(userId, null);
      expect(codeOf(await reservations.hold(ask(venue, userId, 1)))).toBe('NOT_ADMITTED');
      door.ends.delete(userId);
      const anew = granted(await reservations.hold(ask(venue, userId, 1)));
      expect(anew.status).toBe('HELD');
      expect(anew.reservationId).not.toBe(held.reservationId);
    });

    it('is ended by a tick, oldest first and no more than asked for', async () => {
      const { database, reservations, store } = at();
      const venue = await openVenue(database);
      await reservations.expireHolds();
      const holds = [];
      for (const seatId of [1, 2, 3, 4]) {
        holds.push(granted(await reservations.hold(ask(venue, someone(), seatId))));
      }
      const statuses = async () =>
        (
          await database.query(`SELECT status FROM reservations WHERE schedule_id = $1 ORDER BY seat_id`, [
            venue.concertScheduleId,
          ])
        ).map(({ status }) => status);
      for (const [i, held] of holds.slice(0, 3).entries()) await age(database, held, HOLD_SECONDS + 10 - i);
      expect(await store.expireHolds(2)).toBe(2);
      expect(await statuses()).toEqual(['EXPIRED', 'EXPIRED', 'HELD', 'HELD']);
      expect(await reservations.expireHolds()).toBe(1);
      expect(await reservations.expireHolds()).toBe(0);
      expect(await statuses()).toEqual(['EXPIRED', 'EXPIRED', 'EXPIRED', 'HELD']);
    });

    it('keeps the price it was made at', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const held = granted(await reservations.hold(ask(venue, userId, 1)));
      await database.query('UPDATE seats SET price = 999 WHERE schedule_id = $1', [venue.concertScheduleId]);
      expect(granted(await reservations.pay({ reservationId: held.reservationId, userId }))).toMatchObject({
        price: PRICE,
        balance: OPENING - PRICE,
      });
      expect(await balanceOf(at(), userId)).toBe(OPENING - PRICE);
    });
  });
}
