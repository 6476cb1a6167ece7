import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { commands, RealSale } from './commands.ts';
import { PLACES, PRICE, SaleModel, SEATS, SEATS_PER_USER } from './model.ts';
import { type Counter, OPENING, openCounter, openVenue } from './sale.ts';

/** More of them: `npm run fuzz -- --model --runs 1000`. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 20);
const MOST_MILLISECONDS = Math.max(300_000, Number(process.env.PROPERTY_MILLISECONDS ?? 0));

/** The commands must come to all of it, or they prove little. */
const EVERYTHING = [
  'HOLD_EXPIRED',
  'IDEMPOTENCY_KEY_REUSED',
  'INSUFFICIENT_BALANCE',
  'NOT_ADMITTED',
  'OK',
  'RESERVATION_CLOSED',
  'RESERVATION_NOT_FOUND',
  'SEAT_LIMIT_REACHED',
  'SEAT_NOT_FOUND',
  'SEAT_TAKEN',
  'replayed',
];

// Whatever people do, in whatever order, every database does what the model does.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`seats and money on ${target.name}`, () => {
    let home: TestDatabase;
    let counter: Counter;
    beforeAll(async () => {
      home = await target.open();
      counter = openCounter(home.database, { seatsPerUser: SEATS_PER_USER, openingBalance: OPENING });
    });
    afterAll(() => home?.dispose());

    it(
      'are what the model is',
      async () => {
        const heard = new Set<string>();
        const property = fc.asyncProperty(commands(), async (sequence) => {
          const venue = await openVenue(home.database, { seats: SEATS, places: PLACES, price: PRICE });
          const real = new RealSale(home.database, counter, venue, heard);
          await fc.asyncModelRun(() => ({ model: new SaleModel(), real }), sequence);
        });
        await fc.assert(property, { numRuns: RUNS });
        expect([...heard].toSorted()).toEqual(EVERYTHING);
        expect(await violations(home.database)).toEqual([]);
      },
      MOST_MILLISECONDS,
    );
  });
}
