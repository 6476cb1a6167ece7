import { describe, expect, it } from 'vitest';
import { ask, balanceOf, codeOf, granted, OPENING, openVenue, PRICE, someone } from '../sale.ts';
import type { At } from './at.ts';

export function reserving(at: At): void {
  describe('taking a seat in one call', () => {
    it('takes it, pays and confirms', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const before = Date.now();
      const view = granted(await reservations.reserve(ask(venue, userId, 7)));
      expect(view).toEqual({
        reservationId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        userId,
        ...venue,
        seatId: 7,
        status: 'CONFIRMED',
        price: PRICE,
        balance: OPENING - PRICE,
        heldUntil: null,
        confirmedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      expect(Math.abs(Date.parse(view.confirmedAt as string) - before)).toBeLessThan(60_000);
      const { items } = await wallets.entries(userId, { limit: 10 });
      expect(items.map(({ kind, amount }) => [kind, amount])).toEqual([
        ['PAYMENT', -PRICE],
        ['OPENING', OPENING],
      ]);
      expect(items[0]?.reservationId).toBe(view.reservationId);
    });

    it('gives no seat twice', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      granted(await reservations.reserve(ask(venue, someone(), 1)));
      const late = someone();
      expect(codeOf(await reservations.reserve(ask(venue, late, 1)))).toBe('SEAT_TAKEN');
      expect(codeOf(await reservations.hold(ask(venue, late, 1)))).toBe('SEAT_TAKEN');
      expect(await balanceOf(at(), late)).toBe(OPENING);
    });

    it('answers the same reservation to whoever has the seat already, also after their slot ended', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const first = await reservations.reserve(ask(venue, userId, 1));
      expect(await reservations.reserve(ask(venue, userId, 1))).toEqual(first);
      door.ends.set(userId, null);
      expect(await reservations.reserve(ask(venue, userId, 1))).toEqual(first);
      // Whoever holds or asks to hold has it too, whatever was paid.
      expect(await reservations.hold(ask(venue, userId, 1))).toEqual(first);
      expect(await balanceOf(at(), userId)).toBe(OPENING - PRICE);
    });

    it('pays the asker’s own hold, also after their slot ended', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const held = granted(await reservations.hold(ask(venue, userId, 1)));
      door.ends.set(userId, null);
      const paid = granted(await reservations.reserve(ask(venue, userId, 1)));
      expect(paid).toMatchObject({ reservationId: held.reservationId, status: 'CONFIRMED', balance: OPENING - PRICE });
      expect(paid.heldUntil).toBeNull();
    });

    it('takes what is free', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database, { price: 0 });
      const userId = someone();
      expect(granted(await reservations.reserve(ask(venue, userId, 1)))).toMatchObject({ price: 0, balance: OPENING });
      const { items } = await wallets.entries(userId, { limit: 1 });
      expect(items).toMatchObject([{ kind: 'PAYMENT', amount: 0 }]);
    });

    it('tells the line of a purchase once, and of no repetition', async () => {
      const { database, reservations, door, committed } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const before = committed();
      const request = { ...ask(venue, userId, 1), queueId: 'vip' };
      await reservations.reserve(request);
      await reservations.reserve(request);
      expect(door.confirmations.filter((told) => told.userId === userId)).toEqual([{ userId, queueId: 'vip' }]);
      expect(committed()).toBe(before + 1);
    });

    it('is not undone by a line that can’t be told', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const tell = door.confirmed;
      door.confirmed = () => Promise.reject(new Error('the line is gone'));
      const outcome = await reservations.reserve(ask(venue, someone(), 1));
      door.confirmed = tell;
      expect(codeOf(outcome)).toBe('OK');
    });
  });
}
