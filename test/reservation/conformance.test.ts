import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { batches } from './conformance/batches.ts';
import { cancelling } from './conformance/cancelling.ts';
import { events } from './conformance/events.ts';
import { holding } from './conformance/holding.ts';
import { keys } from './conformance/keys.ts';
import { looking } from './conformance/looking.ts';
import { paying } from './conformance/paying.ts';
import { refusals } from './conformance/refusals.ts';
import { reserving } from './conformance/reserving.ts';
import { sections } from './conformance/sections.ts';
import type { Counter } from './sale.ts';
import { openCounter } from './sale.ts';

// What the port promises, on every database. Each test has a concert of its own.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`reservations on ${target.name}`, () => {
    let home: TestDatabase;
    let counter: Counter;
    beforeAll(async () => {
      home = await target.open();
      counter = openCounter(home.database);
    });
    afterAll(() => home?.dispose());
    afterEach(async () => expect(await violations(home.database)).toEqual([]));

    const at = () => ({ database: home.database, ...counter });
    reserving(at);
    holding(at);
    paying(at);
    cancelling(at);
    sections(at);
    refusals(at);
    keys(at);
    batches(at);
    events(at);
    looking(at);
  });
}
