import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../server/lib/outcome.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { ask, codeOf, keyed, openCounter, openVenue, STANDING, someone } from './sale.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 60);
const USERS = [0, 1];
const SEATS = 2;

const request = fc.record({
  verb: fc.constantFrom('reserve', 'reserve', 'hold', 'pay', 'cancel', 'charge'),
  user: fc.constantFrom(...USERS),
  seatId: fc.constantFrom(1, SEATS, STANDING),
  /** Which of the reservations made so far. */
  nth: fc.nat(6),
  key: fc.constantFrom(undefined, undefined, undefined, 'k1', 'k2'),
});
const inside = fc.subarray(USERS);
const batches = fc.array(
  fc.record({ inside, requests: fc.array(request, { minLength: 2, maxLength: 14, size: 'max' }) }),
  {
    minLength: 2,
    maxLength: 6,
  },
);

// Whatever shares a call with whatever: nobody fails, and everything is as it must be. The batchers are warm (a first
// request is under way), so that the requests of a batch really share their call.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`calls about anything on ${target.name}`, () => {
    let home: TestDatabase;
    beforeAll(async () => {
      home = await target.open();
    });
    afterAll(() => home?.dispose());

    it('leave seats and money as they must be', async () => {
      const heard = new Set<string>();
      const property = fc.asyncProperty(batches, fc.constantFrom(0, 2), async (calls, seatsPerUser) => {
        const { reservations, wallets, door } = openCounter(home.database, { seatsPerUser });
        const venue = await openVenue(home.database, { seats: SEATS, places: 2, price: 300 });
        const users = USERS.map(() => someone());
        const ids: string[] = [];
        const send = ({ verb, user, seatId, nth, key }: typeof request extends fc.Arbitrary<infer T> ? T : never) => {
          const userId = users[user] as string;
          const idempotency = key === undefined ? undefined : keyed(key, verb);
          if (verb === 'charge') return wallets.charge({ userId, amount: 100, idempotency });
          if (verb === 'reserve' || verb === 'hold') return reservations[verb](ask(venue, userId, seatId, idempotency));
          const reservationId = ids[nth % Math.max(ids.length, 1)] ?? '00000000-0000-4000-8000-000000000000';
          return reservations[verb]({ reservationId, userId: null, idempotency });
        };
        for (const { inside, requests } of calls) {
          for (const user of USERS) door.ends.set(users[user] as string, null);
          for (const user of inside) door.ends.delete(users[user] as string);
          const warming = [reservations.hold(ask(venue, someone(), 99)), wallets.charge({ userId: 'x', amount: 1 })];
          const outcomes: Outcome<object>[] = await Promise.all(requests.map(send));
          await Promise.all(warming);
          for (const outcome of outcomes) {
            heard.add(codeOf(outcome));
            if (outcome.ok && 'reservationId' in outcome.value) ids.push(String(outcome.value.reservationId));
          }
        }
        expect(await violations(home.database)).toEqual([]);
      });
      await fc.assert(property, { numRuns: RUNS });
      expect(heard.size).toBeGreaterThan(5);
    }, 300_000);
  });
}
