import { describe, expect, it } from 'vitest';
import { age, ask, granted, HOLD_SECONDS, openVenue, STANDING, someone } from '../sale.ts';
import type { At } from './at.ts';

export function looking(at: At): void {
  describe('looking at reservations', () => {
    it('shows them as the commands answered them, without the balance', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      for (const view of [
        granted(await reservations.hold(ask(venue, userId, 1))),
        granted(await reservations.reserve(ask(venue, userId, 2))),
      ]) {
        expect(await reservations.get(view.reservationId, userId)).toEqual({ ...view, balance: null });
        expect(await reservations.get(view.reservationId.toUpperCase(), null)).toEqual({ ...view, balance: null });
      }
    });

    it('lists a user’s own, newest first', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const made = [];
      for (const [i, seatId] of [1, STANDING, 2].entries()) {
        const view = granted(await reservations.hold(ask(venue, userId, seatId)));
        await age(database, view, 30 - 10 * i);
        made.unshift(view.reservationId);
      }
      granted(await reservations.reserve(ask(venue, someone(), 5)));
      expect((await reservations.listOf(userId)).map(({ reservationId }) => reservationId)).toEqual(made);
      expect(await reservations.listOf(someone())).toEqual([]);
    });

    it('calls a hold expired from the moment it ran out', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const held = granted(await reservations.hold(ask(venue, userId, 1)));
      await age(database, held, HOLD_SECONDS);
      expect(await reservations.listOf(userId)).toMatchObject([{ status: 'EXPIRED', heldUntil: null }]);
      granted(await reservations.reserve(ask(venue, userId, 1)));
      expect((await reservations.listOf(userId)).map(({ status }) => status).toSorted()).toEqual([
        'CONFIRMED',
        'EXPIRED',
      ]);
    });
  });
}
