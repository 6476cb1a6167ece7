// Every SQL function that we have, straight from the database's own list of them, with arguments of the right types and
// otherwise of all kinds. One that fails has changed nothing; whatever one takes, seats, money and lines stay whole.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Row } from '../../../server/db/database.ts';
import { openVenue, STANDING } from '../../reservation/sale.ts';
import { DATABASES, type TestDatabase } from '../../support/databases.ts';
import { violations } from '../../support/invariants.ts';
import { lineViolations } from './line-rows.ts';
import { holds, MOST_MILLISECONDS, ODD_NAMES } from './runs.ts';

interface SqlFunction extends Row {
  name: string;
  names: string[];
  types: string[];
}

const FUNCTIONS = `
  SELECT p.proname AS name, p.proargnames[1:p.pronargs] AS names,
    ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, n) ORDER BY n) AS types
  FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  WHERE s.nspname = 'public' AND l.lanname IN ('sql', 'plpgsql')
    AND p.prorettype <> 'trigger'::regtype
  ORDER BY p.proname`;
const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;
const CATALOGUE = ['concerts', 'schedules', 'seats', 'standing_stock', 'schema_migrations'];
/** How a refusal looks: what comes from the arguments (21 to 23; of an endless time, 0A), or was raised on purpose (P0). */
const REFUSED = /^(21|22|23|P0|0A000 cannot convert infinity)/;

const IDS = Array.from({ length: 12 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
const wholes = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 100, 128, STANDING, 2 ** 31 - 1) },
);
const large = fc.oneof(
  { weight: 9, arbitrary: wholes },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      -(2 ** 31),
      2 ** 31,
      2 ** 53 - 1,
      2 ** 53,
      '9223372036854775807',
      '-9223372036854775808',
    ),
  },
);
const texts = fc.constantFrom('a', 'b', 'c', 'OPEN', 'reservations', 'wallets', ...ODD_NAMES);
const amounts = fc.oneof(large, fc.constantFrom(-600, 600, 1_000));
const event = fc.record(
  {
    eventId: fc.integer({ min: 1, max: 60 }),
    // None of ours: what is parked may be made up, and the audit looks at ours.
    topic: fc.constantFrom('shows', 'shows', ''),
    key: texts,
    type: texts,
    payload: fc.constant({}),
    at: fc.constant('2026-01-01T00:00:00Z'),
    attempts: wholes,
    error: fc.option(texts),
    retryMilliseconds: fc.option(wholes),
    waitMilliseconds: wholes,
    counted: fc.boolean(),
    partition: wholes,
    offset: wholes,
    concertId: wholes,
    sold: fc.constantFrom(1, -1),
    name: fc.constantFrom('a', 'b'),
    topics: fc.constantFrom(['reservations'], ['wallets', 'reservations', 'shows'], []),
    userId: texts,
    failed: wholes,
    slow: wholes,
    subject: texts,
    code: texts,
  },
  { requiredKeys: ['eventId', 'topic', 'key', 'type', 'payload', 'at', 'attempts', 'waitMilliseconds'] },
);
const json = fc
  .oneof(
    { weight: 6, arbitrary: fc.array(event, { maxLength: 5 }) },
    { weight: 2, arbitrary: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 5 }) },
    {
      weight: 2,
      arbitrary: fc.record(
        {
          cap: large,
          state: fc.constantFrom('OPEN', 'PAUSED', 'x'),
          activeSeconds: large,
          noShowSeconds: wholes,
          releaseOnConfirm: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom('a', 'b'), fc.array(event, { maxLength: 3 }), { maxKeys: 2 }),
    },
    { weight: 1, arbitrary: fc.constantFrom(null, 1, 'text', [], {}, [[]]) },
  )
  .map((value) => JSON.stringify(value));

const settings = fc.record(
  {
    cap: large,
    state: fc.constantFrom('OPEN', 'OPEN', 'PAUSED', 'PRE_QUEUE', 'x'),
    activeSeconds: fc.oneof(fc.integer({ min: 1, max: 9 }), large),
    noShowSeconds: fc.oneof(fc.integer({ min: 1, max: 9 }), large),
    releaseOnConfirm: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** By type, except where a name says more. */
function ofType(name: string, type: string): fc.Arbitrary<unknown> {
  if (name === 'opening_balance')
    return fc.oneof({ weight: 20, arbitrary: fc.constant(1_000) }, { weight: 1, arbitrary: large });
  if (name === 'schedule_ids' || name === 'concert_ids')
    return fc.oneof({ weight: 8, arbitrary: fc.constant(venue) }, { weight: 1, arbitrary: wholes });
  if (name === 'new_cap' || /^new_.*seconds$/.test(name)) return fc.integer({ min: 1, max: 5 });
  if (name === 'new_seed') return fc.constantFrom(null, null, 'c0ffee'.padEnd(64, '0'), 'x');
  if (name === 'patch') return settings.map((patch) => JSON.stringify(patch));
  if (name === 'kinds') return fc.constantFrom('IN_TURN', 'PRIORITISED', 'RETURNED', 'x');
  if (/amount/.test(name)) return amounts;
  if (name === 'seat_ids')
    return fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) },
      { weight: 1, arbitrary: fc.constant(STANDING) },
    );
  if (type === 'uuid') return fc.constantFrom(...IDS);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return wholes;
  if (type === 'jsonb') return json;
  if (type === 'text') return texts;
  if (type === 'interval') return fc.constantFrom('0', '1 second', '-1 second', '10 years');
  if (type.startsWith('timestamp'))
    return fc.constantFrom('2020-01-01Z', '2999-01-01Z', '2999-01-01Z', 'infinity', '-infinity');
  if (type === 'bigint' || type === 'numeric') return large;
  throw new Error(`no arbitrary for ${name} of type ${type}`);
}

/** The concert and the schedule that there are. */
let venue = 0;

interface Call {
  name: string;
  args: unknown[];
  text: string;
}

function callOf({ name, names, types }: SqlFunction): fc.Arbitrary<Call> {
  const listed = fc.integer({ min: 0, max: 6 });
  const args = listed.chain((length) => {
    const one = types.map((type, i) => {
      const single = ofType(names[i] as string, type.replace('[]', ''));
      if (!type.endsWith('[]')) return nulled(single, 30);
      // Now and then of another length than the others.
      const fits = fc.array(nulled(single, 30), { minLength: length, maxLength: length });
      return nulled(
        fc.oneof({ weight: 30, arbitrary: fits }, { weight: 1, arbitrary: fc.array(single, { maxLength: 4 }) }),
        60,
      );
    });
    return fc.tuple(...one);
  });
  const text = `SELECT * FROM ${name}(${types.map((type, i) => `$${i + 1}::${type}`).join(', ')})`;
  return args.map((all) => ({ name, args: all, text }));
}

const nulled = (single: fc.Arbitrary<unknown>, weight: number) =>
  fc.oneof({ weight, arbitrary: single }, { weight: 1, arbitrary: fc.constant(null) });

for (const target of DATABASES) {
  describe.skipIf(target.missing)(`SQL functions on ${target.name} that are given what they must not be`, () => {
    let home: TestDatabase;
    let database: Database;
    let functions: SqlFunction[];
    let emptied: string[];
    let digest: () => Promise<string>;
    beforeAll(async () => {
      home = await target.open();
      database = home.database;
      functions = await database.query<SqlFunction>(FUNCTIONS);
      const tables = (await database.query<{ name: string }>(TABLES)).map(({ name }) => name);
      emptied = tables.filter((name) => !CATALOGUE.includes(name));
      const rows = tables.map((name) => `SELECT '${name}' AS t, x::text AS row FROM ${name} x`).join(' UNION ALL ');
      digest = async () => {
        const [found] = await database.query<{ all: string }>(
          `SELECT string_agg(t || row, E'\\n' ORDER BY t, row) AS all FROM (${rows}) r`,
        );
        return createHash('sha256')
          .update(found?.all ?? '')
          .digest('hex');
      };
      venue = (await openVenue(database, { seats: 3, places: 2, price: 600 })).concertId;
    });
    afterAll(() => home?.dispose());

    it(
      'change nothing when they fail, and leave everything whole when they do not',
      async () => {
        const heard = new Map<string, { failed: number; done: number }>();
        const calls = fc.array(fc.constantFrom(...functions).chain(callOf), {
          minLength: 1,
          maxLength: 40,
          size: 'max',
        });
        const property = fc.asyncProperty(calls, async (sequence) => {
          await database.query(`TRUNCATE ${emptied.join(', ')} RESTART IDENTITY`);
          await database.query('UPDATE standing_stock SET taken = 0');
          let before = await digest();
          for (const { name, text, args } of sequence) {
            const failure = await database.query(text, args).then(
              () => null,
              (error) => error,
            );
            const what = `${name} ${JSON.stringify(args)}`;
            const count = heard.get(name) ?? { failed: 0, done: 0 };
            heard.set(name, count);
            count[failure === null ? 'done' : 'failed']++;
            if (failure === null) {
              before = await digest();
              continue;
            }
            expect(`${failure.code} ${failure.message}`, what).toMatch(REFUSED);
            expect(await digest(), `${what}: ${failure}`).toBe(before);
          }
          expect([...(await violations(database)), ...(await lineViolations(database))]).toEqual([]);
        });
        await holds(property, 80);
        expect([...heard.keys()].sort()).toEqual([...new Set(functions.map(({ name }) => name))]);
      },
      MOST_MILLISECONDS,
    );
  });
}
