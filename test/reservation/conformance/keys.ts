import { describe, expect, it } from 'vitest';
import type { IdempotencyKey, Outcome } from '../../../server/lib/outcome.ts';
import {
  age,
  ask,
  balanceOf,
  codeOf,
  granted,
  HOLD_SECONDS,
  keyed,
  OPENING,
  openCounter,
  openVenue,
  PRICE,
  STANDING,
  someone,
} from '../sale.ts';
import type { At } from './at.ts';

/** The first answer again, told to be so, whatever else has happened since. */
function expectReplay(again: Outcome<unknown>, first: Outcome<unknown>, key: IdempotencyKey): void {
  expect(again.replayed).toBe(true);
  expect(first.replayed).toBe(false);
  expect(codeOf(again)).toBe(codeOf(first));
  if (first.ok && again.ok) expect(again.value).toEqual(first.value);
  if (!first.ok && !again.ok) {
    expect(again.failure.message).toBe(first.failure.message);
    expect(again.requestId).toBe(key.requestId);
  }
}

export function keys(at: At): void {
  describe('an Idempotency-Key', () => {
    it('answers a purchase again, even when it was cancelled since', async () => {
      const { database, reservations, door, committed } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const key = keyed('buy');
      const first = await reservations.reserve(ask(venue, userId, 1, key));
      granted(await reservations.cancel({ reservationId: granted(first).reservationId, userId }));
      door.ends.set(userId, null);
      const before = committed();
      expectReplay(await reservations.reserve(ask(venue, userId, 1, keyed('buy'))), first, key);
      expect(await balanceOf(at(), userId)).toBe(OPENING);
      expect(committed()).toBe(before);
      expect(door.confirmations.filter((told) => told.userId === userId)).toHaveLength(1);
    });

    it('answers a hold again, also one that ran out since', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const key = keyed('hold');
      const first = await reservations.hold(ask(venue, userId, STANDING, key));
      await age(database, granted(first), HOLD_SECONDS);
      await reservations.expireHolds();
      expectReplay(await reservations.hold(ask(venue, userId, STANDING, keyed('hold'))), first, key);
    });

    it('answers a payment and a cancellation again', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const { reservationId } = granted(await reservations.hold(ask(venue, userId, 1)));
      const [pay, cancel] = [keyed('pay'), keyed('cancel')];
      const paid = await reservations.pay({ reservationId, userId, idempotency: pay });
      expect(granted(paid)).toMatchObject({ status: 'CONFIRMED', balance: OPENING - PRICE });
      const cancelled = await reservations.cancel({ reservationId, userId, idempotency: cancel });
      expectReplay(await reservations.pay({ reservationId, userId, idempotency: keyed('pay') }), paid, pay);
      const again = { reservationId, userId, idempotency: keyed('cancel') };
      expectReplay(await reservations.cancel(again), cancelled, cancel);
      // Unproved identity: the key is the owner's just the same.
      expectReplay(await reservations.cancel({ ...again, userId: null }), cancelled, cancel);
      expect(await balanceOf(at(), userId)).toBe(OPENING);
    });

    it('remembers refusals, also when they would not be made any more', async () => {
      const { database, reservations, wallets, door } = at();
      const venue = await openVenue(database, { price: OPENING + 1 });
      const [owner, late, poor, outside] = [someone(), someone(), someone(), someone()];
      const held = granted(await reservations.hold(ask(venue, owner, 1)));
      door.ends.set(outside, null);
      const asks = [
        { request: ask(venue, late, 1, keyed('k')), code: 'SEAT_TAKEN' },
        { request: ask(venue, poor, 2, keyed('k')), code: 'INSUFFICIENT_BALANCE' },
        { request: ask(venue, outside, 3, keyed('k')), code: 'NOT_ADMITTED' },
        { request: ask(venue, late, 9999, keyed('k2')), code: 'SEAT_NOT_FOUND' },
      ];
      const first = [];
      for (const { request } of asks) first.push(await reservations.reserve(request));
      expect(first.map(codeOf)).toEqual(asks.map(({ code }) => code));
      granted(await reservations.cancel({ reservationId: held.reservationId, userId: owner }));
      for (const userId of [late, poor, outside]) {
        granted(await wallets.charge({ userId, amount: 1 }));
        door.ends.delete(userId);
      }
      for (const [i, { request }] of asks.entries()) {
        const key = request.idempotency as IdempotencyKey;
        const again = await reservations.reserve({ ...request, idempotency: { ...key, requestId: 'another' } });
        expectReplay(again, first[i] as Outcome<unknown>, key);
      }
    });

    it('remembers refused payments', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database, { price: OPENING + 1 });
      const userId = someone();
      const { reservationId } = granted(await reservations.hold(ask(venue, userId, 1)));
      const key = keyed('pay');
      const first = await reservations.pay({ reservationId, userId, idempotency: key });
      expect(codeOf(first)).toBe('INSUFFICIENT_BALANCE');
      granted(await wallets.charge({ userId, amount: 1 }));
      expectReplay(await reservations.pay({ reservationId, userId, idempotency: keyed('pay') }), first, key);
      expect(codeOf(await reservations.pay({ reservationId, userId }))).toBe('OK');
    });

    it('is refused with another request, whichever command it came with, and spares its answer', async () => {
      const { database, reservations, wallets } = at();
      const venue = await openVenue(database);
      const userId = someone();
      const key = keyed('one', 'first');
      const first = await reservations.hold(ask(venue, userId, 1, key));
      const { reservationId } = granted(first);
      const other = keyed('one', 'other');
      for (const outcome of [
        await reservations.hold(ask(venue, userId, 2, other)),
        await reservations.reserve(ask(venue, userId, 1, other)),
        await reservations.pay({ reservationId, userId, idempotency: other }),
        await reservations.cancel({ reservationId, userId: null, idempotency: other }),
        await wallets.charge({ userId, amount: 5, idempotency: other }),
      ]) {
        expect(codeOf(outcome)).toBe('IDEMPOTENCY_KEY_REUSED');
        expect(outcome.replayed).toBe(false);
      }
      expectReplay(await reservations.hold(ask(venue, userId, 1, keyed('one', 'first'))), first, key);
      expect(await balanceOf(at(), userId)).toBe(OPENING);
    });

    it('is its user’s own', async () => {
      const { database, reservations } = at();
      const venue = await openVenue(database);
      const { reservationId, userId } = granted(await reservations.hold(ask(venue, someone(), 1, keyed('same'))));
      const stranger = someone();
      const asked = { reservationId, idempotency: keyed('same', 'pay') };
      expect(codeOf(await reservations.pay({ ...asked, userId: stranger }))).toBe('RESERVATION_NOT_FOUND');
      expect(codeOf(await reservations.pay({ ...asked, userId }))).toBe('IDEMPOTENCY_KEY_REUSED');
      expect(codeOf(await reservations.reserve(ask(venue, stranger, 2, keyed('same', 'buy'))))).toBe(
        'IDEMPOTENCY_KEY_REUSED',
      );
    });

    it('is of no use where nobody is: every reservation that isn’t there is not found', async () => {
      const { reservations } = at();
      for (const [id, body] of [
        ['00000000-0000-4000-8000-000000000001', 'a'],
        ['00000000-0000-4000-8000-000000000002', 'b'],
      ] as const) {
        const outcome = await reservations.pay({ reservationId: id, userId: null, idempotency: keyed('void', body) });
        expect(codeOf(outcome)).toBe('RESERVATION_NOT_FOUND');
      }
    });

    it('holds on every process', async () => {
      const { database, reservations } = at();
      const elsewhere = openCounter(database);
      const venue = await openVenue(database);
      const userId = someone();
      const key = keyed('k');
      const first = await reservations.reserve(ask(venue, userId, 1, key));
      expectReplay(await elsewhere.reservations.reserve(ask(venue, userId, 1, keyed('k'))), first, key);
    });
  });
}
