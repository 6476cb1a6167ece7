import { describe, expect, it } from 'vitest';
import {
  ask,
  balanceOf,
  codeOf,
  granted,
  keyed,
  OPENING,
  openCounter,
  openVenue,
  PRICE,
  range,
  STANDING,
  someone,
} from '../sale.ts';
import type { At } from './at.ts';

const NOBODYS = '00000000-0000-4000-8000-000000000000';

/** What is asked in one turn of the event loop, after a first call is under way, shares the next call. */
export function batches(at: At): void {
  describe('one call', () => {
    it('may be about nothing', async () => {
      const { store } = at();
      expect(await store.reserve([])).toEqual([]);
      expect(await store.settle([])).toEqual([]);
    });

    it('gives 128 after one seat exactly one owner, the first', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const users = range(1, 129).map(() => someone());
      const outcomes = await Promise.all(users.map((userId) => reservations.reserve(ask(venue, userId, 1))));
      expect(outcomes.map(codeOf)).toEqual(['OK', ...range(2, 129).map(() => 'SEAT_TAKEN')]);
    });

    it('gives as many as there are places a place, in the order they came', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { places: 7 });
      const users = range(1, 40).map(() => someone());
      const outcomes = await Promise.all(users.map((userId) => reservations.reserve(ask(venue, userId, STANDING))));
      expect(outcomes.map(codeOf)).toEqual(range(1, 40).map((n) => (n <= 7 ? 'OK' : 'SEAT_TAKEN')));
    });

    it('answers a user who asks for the same seat many times the same reservation', async () => {
      const { database, reservations, committed } = at();
      const venue = await openVenue(database);
      const before = committed();
      for (const seatId of [1, STANDING]) {
        const userId = someone();
        const outcomes = await Promise.all(range(1, 60).map(() => reservations.reserve(ask(venue, userId, seatId))));
        expect(new Set(outcomes.map((outcome) => granted(outcome).reservationId)).size).toBe(1);
        expect(await balanceOf(at(), userId)).toBe(OPENING - PRICE);
      }
      expect(committed()).toBe(before + 2);
    });

    it('pays a user’s hold once, however often and by whichever command', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      for (const seatId of [1, STANDING]) {
        for (const command of ['reserve', 'pay'] as const) {
          const userId = someone();
          const { reservationId } = granted(await reservations.hold(ask(venue, userId, seatId)));
          const pay = () =>
            command === 'pay'
              ? reservations.pay({ reservationId, userId })
              : reservations.reserve(ask(venue, userId, seatId));
          // With calls under way, those who come meanwhile share the next.
          const busy = [
            reservations.hold(ask(venue, someone(), 9)),
            reservations.pay({ reservationId: NOBODYS, userId }),
          ];
          const outcomes = await Promise.all(range(1, 40).map(pay));
          await Promise.all(busy);
          const views = outcomes.map(granted);
          expect(views).toEqual(views.map(() => views[0]));
          expect(await balanceOf(at(), userId)).toBe(OPENING - PRICE);
          granted(await reservations.cancel({ reservationId, userId }));
        }
      }
    });

    it('spends a user’s money in the order of the requests, as far as it goes', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { seats: 14, price: 300 });
      const userId = someone();
      const outcomes = await Promise.all(
        range(1, 14).map((seatId) => reservations.reserve(ask(venue, userId, seatId))),
      );
      expect(outcomes.map((outcome) => (outcome.ok ? outcome.value.balance : codeOf(outcome)))).toEqual([
        700,
        400,
        100,
        ...range(4, 14).map(() => 'INSUFFICIENT_BALANCE'),
      ]);
      expect(await balanceOf(at(), userId)).toBe(100);
    });

    it('lets a user’s failed requests cost the others nothing', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { price: OPENING });
      granted(await reservations.reserve(ask(venue, someone(), 1)));
      const userId = someone();
      const seats = [1, 99, 2, 3];
      const outcomes = await Promise.all(seats.map((seatId) => reservations.reserve(ask(venue, userId, seatId))));
      expect(outcomes.map(codeOf)).toEqual(['SEAT_TAKEN', 'SEAT_NOT_FOUND', 'OK', 'INSUFFICIENT_BALANCE']);
    });

    it('keeps to the number of seats a user may have', async () => {
      const { database } = at();
      const { reservations } = openCounter(database, { seatsPerUser: 3 });
      const venue = await openVenue(database);
      const userId = someone();
      const seats = [1, 2, STANDING, 3, 1, 4];
      const outcomes = await Promise.all(seats.map((seatId) => reservations.hold(ask(venue, userId, seatId))));
      expect(outcomes.map(codeOf)).toEqual(['OK', 'OK', 'OK', 'SEAT_LIMIT_REACHED', 'OK', 'SEAT_LIMIT_REACHED']);
      const paid = await Promise.all(
        [4, 1, 2, STANDING].map((seatId) => reservations.reserve(ask(venue, userId, seatId))),
      );
      expect(paid.map(codeOf)).toEqual(['SEAT_LIMIT_REACHED', 'OK', 'OK', 'OK']);
    });

    it('takes a key once: the others get its answer, or hear that it is another request’s', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database);
      const [userId, other] = [someone(), someone()];
      const outcomes = await Promise.all([
        reservations.hold(ask(venue, someone(), 9)),
        reservations.hold(ask(venue, userId, 1, keyed('k', 'one'))),
        reservations.hold(ask(venue, userId, 2, keyed('k', 'two'))),
        reservations.hold(ask(venue, userId, 1, keyed('k', 'one'))),
        reservations.hold(ask(venue, other, 1, keyed('k', 'one'))),
      ]);
      expect(outcomes.map(codeOf)).toEqual(['OK', 'OK', 'IDEMPOTENCY_KEY_REUSED', 'OK', 'SEAT_TAKEN']);
      expect(outcomes.map(({ replayed }) => replayed)).toEqual([false, false, false, true, false]);
      expect(outcomes[3]).toEqual({ ...outcomes[1], replayed: true });
      const charges = await Promise.all(
        range(1, 5).map(() => wallets.charge({ userId, amount: 7, idempotency: keyed('charge') })),
      );
      expect(charges.map(({ replayed }) => replayed)).toEqual([false, true, true, true, true]);
      expect(charges.map((outcome) => granted(outcome).balance)).toEqual(range(1, 5).map(() => OPENING + 7));
    });

    it('pays and cancels side by side', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { price: 300 });
      const userId = someone();
      const held = [];
      for (const seatId of [1, 2, 3, STANDING]) {
        held.push(granted(await reservations.hold(ask(venue, userId, seatId))).reservationId);
      }
      const [a, b, c, d] = held as [string, string, string, string];
      expect(granted(await reservations.pay({ reservationId: a, userId })).balance).toBe(700);
      const outcomes = await Promise.all([
        reservations.pay({ reservationId: b, userId }), // alone in the first call: 400
        reservations.pay({ reservationId: c, userId }), // 100
        reservations.cancel({ reservationId: a, userId }), // 400
        reservations.pay({ reservationId: b, userId }), // paid already
        reservations.cancel({ reservationId: d, userId }), // nothing to refund
        reservations.pay({ reservationId: d, userId }), // closed by the one before
        reservations.cancel({ reservationId: b, userId }), // 700
        reservations.cancel({ reservationId: b, userId }), // cancelled already
      ]);
      expect(outcomes.map((outcome) => (outcome.ok ? outcome.value.balance : codeOf(outcome)))).toEqual([
        400,
        100,
        400,
        400,
        400,
        'RESERVATION_CLOSED',
        700,
        700,
      ]);
      expect(await balanceOf(at(), userId)).toBe(700);
    });

    it('keeps one user’s trouble from all others', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database, { seats: 100 });
      const users = range(1, 60).map(() => someone());
      const outcomes = await Promise.all(
        users.map((userId, i) => reservations.reserve(ask(venue, userId, i % 3 === 0 ? 5_000 : i + 1))),
      );
      expect(outcomes.map(codeOf)).toEqual(users.map((_, i) => (i % 3 === 0 ? 'SEAT_NOT_FOUND' : 'OK')));
    });
  });
}
