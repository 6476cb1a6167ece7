import { describe, expect, it } from 'vitest';
import { age, ask, balanceOf, codeOf, granted, HOLD_SECONDS, OPENING, openVenue, PRICE, someone } from '../sale.ts';
import type { At } from './at.ts';

export function cancelling(at: At): void {
  describe('cancelling', () => {
    it('releases a hold', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId } = granted(await reservations.hold(ask(venue, userId, 1)));
      const first = await reservations.cancel({ reservationId, userId });
      expect(granted(first)).toMatchObject({
        status: 'CANCELLED',
        balance: OPENING,
        heldUntil: null,
        confirmedAt: null,
      });
      expect(await reservations.cancel({ reservationId, userId })).toEqual(first);
      expect((await wallets.entries(userId, { limit: 9 })).items.map(({ kind }) => kind)).toEqual(['OPENING']);
      expect(codeOf(await reservations.reserve(ask(venue, someone(), 1)))).toBe('OK');
    });

    it('refunds a confirmed one, once', async () => {
      const { database, reservations, wallets, door } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId, confirmedAt } = granted(await reservations.reserve(ask(venue, userId, 1)));
      const first = await reservations.cancel({ reservationId, userId });
      expect(granted(first)).toMatchObject({ status: 'CANCELLED', price: PRICE, balance: OPENING, confirmedAt });
      expect(await reservations.cancel({ reservationId, userId: null })).toEqual(first);
      const { items } = await wallets.entries(userId, { limit: 9 });
      expect(items.map(({ kind, amount }) => [kind, amount])).toEqual([
        ['REFUND', PRICE],
        ['PAYMENT', -PRICE],
        ['OPENING', OPENING],
      ]);
      expect(items[0]?.reservationId).toBe(reservationId);
      expect(door.confirmations.filter((told) => told.userId === userId)).toHaveLength(1);
    });

    it('frees the seat for others and for the same user', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const first = granted(await reservations.reserve(ask(venue, userId, 1)));
      granted(await reservations.cancel({ reservationId: first.reservationId, userId }));
      const second = granted(await reservations.reserve(ask(venue, userId, 1)));
      expect(second.reservationId).not.toBe(first.reservationId);
      granted(await reservations.cancel({ reservationId: second.reservationId, userId }));
      granted(await reservations.reserve(ask(venue, someone(), 1)));
      expect(await balanceOf(at(), userId)).toBe(OPENING);
    });

    it('can’t touch what ran out', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const held = granted(await reservations.hold(ask(venue, userId, 1)));
      await age(database, held, HOLD_SECONDS);
      const cancel = () => reservations.cancel({ reservationId: held.reservationId, userId });
      expect(codeOf(await cancel())).toBe('RESERVATION_CLOSED');
      expect(codeOf(await cancel())).toBe('RESERVATION_CLOSED');
      expect(await reservations.get(held.reservationId, userId)).toMatchObject({ status: 'EXPIRED' });
    });
  });
}
