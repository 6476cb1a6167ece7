import { describe, expect, it } from 'vitest';
import { age, ask, balanceOf, codeOf, granted, HOLD_SECONDS, OPENING, openVenue, PRICE, someone } from '../sale.ts';
import type { At } from './at.ts';

export function paying(at: At): void {
  describe('paying a hold', () => {
    it('confirms it, once, by whoever may', async () => {
      const { database, reservations, door, committed } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId } = granted(await reservations.hold({ ...ask(venue, userId, 1), queueId: 'vip' }));
      const before = committed();
      const first = await reservations.pay({ reservationId, userId });
      expect(granted(first)).toMatchObject({ status: 'CONFIRMED', balance: OPENING - PRICE, heldUntil: null });
      expect(await reservations.pay({ reservationId, userId: null })).toEqual(first);
      expect(await balanceOf(at(), userId)).toBe(OPENING - PRICE);
      expect(committed()).toBe(before + 1);
      // The line hears of it as of a purchase in one call.
      expect(door.confirmations.filter((told) => told.userId === userId)).toEqual([{ userId, queueId: 'vip' }]);
    });

    it('needs no slot', async () => {
      const { database, reservations, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId } = granted(await reservations.hold(ask(venue, userId, 1)));
      door.ends.set(userId, null);
      expect(codeOf(await reservations.pay({ reservationId, userId }))).toBe('OK');
    });

    it('comes too late when the hold ran out, and moves no money', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const held = granted(await reservations.hold(ask(venue, userId, 1)));
      await age(database, held, HOLD_SECONDS);
      const pay = () => reservations.pay({ reservationId: held.reservationId, userId });
      expect(codeOf(await pay())).toBe('HOLD_EXPIRED');
      expect(codeOf(await pay())).toBe('HOLD_EXPIRED');
      expect(await balanceOf(at(), userId)).toBe(OPENING);
      expect(await reservations.get(held.reservationId, userId)).toMatchObject({ status: 'EXPIRED' });
    });

    it('comes too late when somebody else has the seat by now', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const held = granted(await reservations.hold(ask(venue, userId, 1)));
      await age(database, held, HOLD_SECONDS);
      const next = granted(await reservations.reserve(ask(venue, someone(), 1)));
      expect(codeOf(await reservations.pay({ reservationId: held.reservationId, userId }))).toBe('HOLD_EXPIRED');
      expect(await reservations.get(next.reservationId, null)).toMatchObject({ status: 'CONFIRMED' });
    });

    it('needs the money, and can be tried again with it', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database, { price: OPENING + 1 });
      const userId = someone();
      const { reservationId } = granted(await reservations.hold(ask(venue, userId, 1)));
      expect(codeOf(await reservations.pay({ reservationId, userId }))).toBe('INSUFFICIENT_BALANCE');
      expect(await reservations.get(reservationId, userId)).toMatchObject({ status: 'HELD' });
      granted(await wallets.charge({ userId, amount: 1 }));
      expect(granted(await reservations.pay({ reservationId, userId }))).toMatchObject({ balance: 0 });
    });

    it('is not for a cancelled one', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId } = granted(await reservations.hold(ask(venue, userId, 1)));
      granted(await reservations.cancel({ reservationId, userId }));
      expect(codeOf(await reservations.pay({ reservationId, userId }))).toBe('RESERVATION_CLOSED');
    });
  });
}
