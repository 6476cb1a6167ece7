// Seats and money by whole batches: many at once for one seat, one user many times, the same reservation paid and
// cancelled in one call. What each batch answers must be what a plain model says, one request after the other: those that
// are decided in one call in their order, those that are told to ask again after them.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decided } from '../../../server/lib/decide.ts';
import { type ReservationRules, sqlReservationStore } from '../../../server/reservation/sql/store.ts';
import type { ReservationAnswer, ReserveItem, SettleItem } from '../../../server/reservation/store.ts';
import { sqlWalletStore } from '../../../server/wallet/sql/store.ts';
import { OPENING, openVenue, STANDING, someone, type Venue } from '../../reservation/sale.ts';
import { DATABASES, type TestDatabase } from '../../support/databases.ts';
import { violations } from '../../support/invariants.ts';
import { holds, MOST_MILLISECONDS, ODD_NAMES } from './runs.ts';
import { type Said, Sale } from './sale-model.ts';

const RULES: ReservationRules = { openingBalance: OPENING, holdSeconds: 30_000, seatsPerUser: 2 };
const [SEATS, PLACES, PRICE] = [4, 3, 600];
const USERS = ODD_NAMES.slice(0, 6);

const user = fc.nat(USERS.length - 1);
const taking = fc.record({
  user,
  seatId: fc.constantFrom(1, 2, 3, SEATS, STANDING, STANDING, 99, 0, -1, 2 ** 31, Number.MAX_SAFE_INTEGER),
  pay: fc.boolean(),
  inside: fc.boolean().chain((no) => (no ? fc.boolean() : fc.constant(true))),
});
const settling = fc.record({
  nth: fc.nat(40),
  pay: fc.boolean(),
  who: fc.constantFrom('owner', 'anybody', 'stranger'),
});
const charging = fc.record({ user, amount: fc.constantFrom(1, 200, 600, 2 ** 31, 2 ** 52, Number.MAX_SAFE_INTEGER) });
const batches = fc.array(
  fc.oneof(
    fc.array(taking, { maxLength: 24 }).map((items) => ({ kind: 'take' as const, items })),
    fc.array(settling, { maxLength: 24 }).map((items) => ({ kind: 'settle' as const, items })),
    fc.array(charging, { maxLength: 6 }).map((items) => ({ kind: 'charge' as const, items })),
    fc.constant({ kind: 'pass' as const, items: [] }),
  ),
  { minLength: 1, maxLength: 14, size: 'max' },
);

const same = (one: Said, other: Said) => JSON.stringify(one) === JSON.stringify(other);

for (const target of DATABASES) {
  describe.skipIf(target.missing)(`batches of seats and money on ${target.name}`, () => {
    let home: TestDatabase;
    beforeAll(async () => {
      home = await target.open();
    });
    afterAll(() => home?.dispose());

    it(
      'are decided as one request after the other would be',
      async () => {
        const { database } = home;
        const store = sqlReservationStore(database, RULES);
        const wallets = sqlWalletStore(database, OPENING);
        const heard = new Set<string>();

        /** Asks until each item has an answer; each is what the model says at that point, or said when the call began. */
        async function decide<I, A extends { code: 'OK' }>(
          items: readonly I[],
          ask: (items: I[]) => Promise<Decided<A>[]>,
          model: Sale,
          act: (sale: Sale, item: I) => Said,
          said: (answer: A) => Said,
        ): Promise<void> {
          for (let left = [...items], rounds = 0; left.length > 0; rounds++) {
            expect(rounds, 'calls until everybody knows').toBeLessThanOrEqual(items.length);
            const decided = await ask(left);
            expect(decided).toHaveLength(left.length);
            expect(decided[0]?.answer, 'the first is always decided').not.toBeNull();
            const began = model.copy();
            for (const [i, { answer }] of decided.entries()) {
              if (answer === null) continue;
              heard.add(answer.code);
              const found = answer.code === 'OK' ? said(answer as A) : answer.code;
              const item = left[i] as I;
              const [early, now] = [began.copy(), model.copy()];
              const [before, after] = [act(early, item), act(now, item)];
              // What changes nothing may have been looked at as the call began.
              const meant = early.changed || same(found, after) ? after : before;
              expect({ item, answer: found }).toEqual({ item, answer: meant });
              if (same(found, after)) model.become(now);
            }
            left = left.filter((_, i) => decided[i]?.answer === null);
          }
        }

        const property = fc.asyncProperty(batches, async (sequence) => {
          const venue: Venue = await openVenue(database, { seats: SEATS, places: PLACES, price: PRICE });
          const names = USERS.map((name) => `${someone()}${name}`);
          const model = new Sale({
            seats: SEATS,
            standing: STANDING,
            places: PLACES,
            price: PRICE,
            opening: OPENING,
            perUser: RULES.seatsPerUser,
            most: Number.MAX_SAFE_INTEGER,
          });
          const saidOf = ({ reservation: { reservationId, status, balance } }: ReservationAnswer): Said => [
            reservationId,
            status,
            balance as number,
          ];
          for (const { kind, items } of sequence) {
            if (kind === 'take') {
              const asked = items.map(
                ({ user, seatId, pay, inside }): ReserveItem => ({
                  userId: names[user] as string,
                  concertId: venue.concertId,
                  scheduleId: venue.concertScheduleId,
                  seatId,
                  pay,
                  queueId: "main's",
                  reservationId: randomUUID(),
                  admittedUntil: inside ? new Date('2999-01-01') : null,
                }),
              );
              await decide(
                asked,
                store.reserve,
                model,
                (sale, one) =>
                  sale.take(one.userId, one.seatId, one.pay, one.admittedUntil !== null, one.reservationId),
                saidOf,
              );
            }
            if (kind === 'settle') {
              const asked = items.map(({ nth, pay, who }): SettleItem => {
                const one = model.nth(nth);
                const owner = one?.user ?? (names[0] as string);
                return {
                  reservationId: one?.id ?? randomUUID(),
                  pay,
                  userId: who === 'anybody' ? null : who === 'owner' ? owner : `not ${owner}`,
                };
              });
              await decide(
                asked,
                store.settle,
                model,
                (sale, one) => sale.settle(one.reservationId, one.userId, one.pay),
                saidOf,
              );
            }
            if (kind === 'charge') {
              const asked = items.map(({ user, amount }) => ({ userId: names[user] as string, amount }));
              await decide(
                asked,
                wallets.charge,
                model,
                (sale, one) => sale.charge(one.userId, one.amount),
                ({ balance }) => [balance],
              );
            }
            if (kind === 'pass') {
              // To the millisecond, as every hold is: with more, one could last for the rest of this one.
              await database.query(
                `UPDATE reservations SET held_until = date_trunc('milliseconds', clock_timestamp())
                 WHERE schedule_id = $1 AND status = 'HELD'`,
                [venue.concertScheduleId],
              );
              model.pass();
            }
          }
          for (const name of names) expect(await wallets.balance(name)).toBe(model.balance(name));
        });
        await holds(property, 80);
        expect([...heard].sort()).toEqual([
          'HOLD_EXPIRED',
          'INSUFFICIENT_BALANCE',
          'NOT_ADMITTED',
          'OK',
          'RESERVATION_CLOSED',
          'RESERVATION_NOT_FOUND',
          'SEAT_LIMIT_REACHED',
          'SEAT_NOT_FOUND',
          'SEAT_TAKEN',
          'VALIDATION_FAILED',
        ]);
        expect(await violations(database)).toEqual([]);
      },
      MOST_MILLISECONDS,
    );
  });
}
