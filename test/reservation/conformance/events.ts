import { describe, expect, it } from 'vitest';
import { age, ask, codeOf, granted, HOLD_SECONDS, openVenue, PRICE, someone } from '../sale.ts';
import type { At } from './at.ts';

export function events(at: At): void {
  /** The events of a key, oldest first. */
  async function eventsOf(topic: string, key: string): Promise<Record<string, unknown>[]> {
    const rows = await at().database.query<{ type: string; payload: object }>(
      'SELECT type, payload FROM outbox WHERE topic = $1 AND key = $2 ORDER BY event_id',
      [topic, key],
    );
    return rows.map(({ type, payload }) => ({ type, ...payload }));
  }
  const steps = async (reservationId: string) =>
    (await eventsOf('reservations', reservationId)).map(({ type, previousStatus }) => [type, previousStatus]);

  describe('events', () => {
    it('say what became of which reservation, and when', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId, confirmedAt } = granted(await reservations.reserve(ask(venue, userId, 3)));
      const [event, ...more] = await eventsOf('reservations', reservationId);
      expect(more).toEqual([]);
      const { at: when, ...rest } = event as { at: string };
      expect(rest).toEqual({
        type: 'reservation.confirmed',
        reservationId,
        userId,
        ...venue,
        seatId: 3,
        price: PRICE,
        status: 'CONFIRMED',
      });
      expect(new Date(when).toISOString()).toBe(confirmedAt);
    });

    it('follow every change, with the status before', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const bought = granted(await reservations.hold(ask(venue, userId, 1)));
      await reservations.pay({ reservationId: bought.reservationId, userId });
      await reservations.cancel({ reservationId: bought.reservationId, userId });
      expect(await steps(bought.reservationId)).toEqual([
        ['reservation.held', undefined],
        ['reservation.confirmed', 'HELD'],
        ['reservation.cancelled', 'CONFIRMED'],
      ]);
      const released = granted(await reservations.hold(ask(venue, userId, 2)));
      await reservations.cancel({ reservationId: released.reservationId, userId });
      expect((await steps(released.reservationId)).at(-1)).toEqual(['reservation.cancelled', 'HELD']);
      const completed = granted(await reservations.hold(ask(venue, userId, 3)));
      await reservations.reserve(ask(venue, userId, 3));
      expect((await steps(completed.reservationId)).at(-1)).toEqual(['reservation.confirmed', 'HELD']);
      const forgotten = granted(await reservations.hold(ask(venue, userId, 4)));
      await age(database, forgotten, HOLD_SECONDS);
      await reservations.expireHolds();
      expect((await steps(forgotten.reservationId)).at(-1)).toEqual(['reservation.expired', 'HELD']);
    });

    it('follow no repetition and no refusal', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId } = granted(await reservations.reserve(ask(venue, userId, 1)));
      const count = async () => (await database.query('SELECT count(*) AS count FROM outbox'))[0]?.count;
      const before = await count();
      await reservations.reserve(ask(venue, userId, 1));
      await reservations.pay({ reservationId, userId });
      expect(codeOf(await reservations.reserve(ask(venue, someone(), 1)))).toBe('SEAT_TAKEN');
      await wallets.balance(someone());
      expect(await count()).toBe(before);
    });

    it('tell of money that was added', async () => {
      const { wallets } = at();
      const userId = someone();
      const { balance } = granted(await wallets.charge({ userId, amount: 5 }));
      await wallets.charge({ userId, amount: 6 });
      const told = await eventsOf('wallets', userId);
      expect(told).toEqual([
        { type: 'wallet.charged', userId, amount: 5, balance, at: expect.any(String) },
        { type: 'wallet.charged', userId, amount: 6, balance: balance + 6, at: expect.any(String) },
      ]);
    });
  });
}
