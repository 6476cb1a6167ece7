// Values as JSON text: fitting ones from a schema and from what is known, and those that are meant to hurt.
import fc from 'fast-check';
import type { JsonSchema } from './document.ts';
import { type People, QUEUES } from './people.ts';

/** JSON text, so that also what no JSON library writes can be sent. */
export type Literal = string;

const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\n',
  '한글 자리',
  '🎫'.repeat(40),
  '\u202eevil',
  'é'.repeat(64),
  "' OR '1'='1",
  "x'; DROP TABLE places; --",
  '{{7*7}}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-0',
  '.',
  '..',
  'a'.repeat(64),
  'a'.repeat(65),
  'a'.repeat(5_000),
  '00000000-0000-0000-0000-000000000000',
];

const NUMBERS = [
  ...['0', '-0', '-1', '1.5', '1e-7', '1e3', '1E400', '-1e400', '2147483647', '2147483648', '-2147483649'],
  ...['9007199254740991', '9007199254740992', '9223372036854775807', '9223372036854775808', '1'.repeat(400)],
  ...['1000000000000', '1000000000001', '100000', '100001', '86400', '86401', '0.1', '1.0', '10e-1'],
];

const OTHERS = [
  ...['null', 'true', 'false', '[]', '{}', '[null]', '{"a":1}', '{"$ne":null}', '{"__proto__":{"a":1}}', '[[[[1]]]]'],
  ...[
    '"\\ud800"',
    '"\\u0000"',
    '"a\\u0000b"',
    `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
    `{"a":${'['.repeat(500)}${']'.repeat(500)}}`,
  ],
];
/** What is not even JSON. */
const BROKEN = [
  'NaN',
  'Infinity',
  'undefined',
  '0x10',
  '01',
  '+1',
  '.5',
  "'a'",
  '1n',
  '',
  '"',
  '"\n"',
  '{',
  '[1,]',
  '/**/1',
];

/** Any code points; fast-check's own 'binary' first makes a table of all 1.1 million. */
const anyText = fc
  .array(fc.nat(0x10_ffff), { maxLength: 30 })
  .map((points) => points.map((point) => String.fromCodePoint(point)).join(''));

export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.string({ maxLength: 70 }) },
);

export const oddLiteral: fc.Arbitrary<Literal> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 3, arbitrary: oddText.map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.constantFrom(...OTHERS) },
  { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
);

const seats = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1_001, max: 1_400 }) },
  fc.constantFrom(1, 2, 3_000, 3_001),
);
const one = (value: number) =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(value) }, fc.constantFrom(1, 2, 999_999, 9_007_199_254_740_991));

/** What a field or parameter of a name holds when nothing is wrong with it. */
export function fitting(name: string, schema: JsonSchema, people: People): fc.Arbitrary<unknown> {
  switch (name) {
    case 'queueId':
      return fc.oneof({ weight: 6, arbitrary: fc.constant('main') }, fc.constantFrom(...QUEUES));
    case 'concertId':
      return one(123);
    case 'concertScheduleId':
      return one(456);
    case 'seatId':
      return seats;
    case 'amount':
      return fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 400_000 }) }, byType(schema));
    case 'reservationId':
      return fc
        .nat()
        .map((n) => people.reservations[n % Math.max(1, people.reservations.length)]?.reservationId ?? UNKNOWN);
    case 'incidentId':
      return fc.integer({ min: 1, max: 3 });
    case 'userIds':
      return fc.array(fc.constantFrom(...people.users), { maxLength: 3 });
    default:
      return byType(schema);
  }
}

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/** Whatever fits a schema, its limits most of all. */
function byType(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { enum: values, type, minimum: min, maximum: max, items } = schema as Limits;
  if (values) return fc.constantFrom(...values);
  const [kind] = [type].flat();
  if (kind === 'integer') {
    const range = { min: min ?? -(2 ** 53) + 1, max: max ?? 2 ** 53 - 1 };
    return fc.oneof(fc.constantFrom(range.min, range.max), fc.integer(range));
  }
  if (kind === 'boolean') return fc.boolean();
  if (kind === 'array') return fc.array(byType(items as JsonSchema), { maxLength: 4 });
  if (schema.pattern === '^[1-9][0-9]{0,14}$') return fc.integer({ min: 1, max: 999_999_999_999_999 }).map(String);
  if (schema.pattern === '^([1-9][0-9]?|[1-4][0-9]{2}|500)$') return fc.integer({ min: 1, max: 500 }).map(String);
  if (schema.pattern === '^[^\\u0000]*$') return fc.option(fc.string().map((text) => text.replaceAll('\0', '')));
  return fc.stringMatching(/^[A-Za-z0-9._:@-]{1,64}$/);
}

interface Limits {
  enum?: string[];
  type?: string | string[];
  minimum?: number;
  maximum?: number;
  items?: JsonSchema;
}
