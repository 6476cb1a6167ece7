// Fields that hold what they must not: every field of every body, as JSON literals.
import { INVALID, type Malformed, NO_JSON, request, shown } from './case.ts';

const NAMES = [
  '""',
  '"a b"',
  '" a"',
  '"a\\n"',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"한글"',
  '"🎫"',
  '"é"',
  '"a/b"',
  '"a\\\\b"',
  '"<script>alert(1)</script>"',
  '"<img src=x onerror=alert(1)>"',
  "\"' OR '1'='1\"",
  '"x\'; DROP TABLE places; --"',
  '"1) UNION SELECT * FROM wallets"',
  `"\${jndi:ldap://x/a}"`,
  '"{{7*7}}"',
  '"%00"',
  '"../../etc/passwd"',
  '"$(id)"',
  '"a,b"',
  `"${'a'.repeat(65)}"`,
  `"${'a'.repeat(100_000)}"`,
  'null',
  'true',
  '0',
  '1.5',
  '[]',
  '["a"]',
  '{}',
  '{"$ne": null}',
  '{"toString": "a"}',
];

const IDS = [
  '0',
  '-0',
  '-1',
  '1.5',
  '0.1',
  '1e-1',
  '9007199254740992',
  '9007199254740993',
  '1e21',
  '1e999',
  '-1e999',
  '99999999999999999999999999',
  '"1"',
  '""',
  '"one"',
  '"1\'; --"',
  'null',
  'true',
  '[]',
  '[1]',
  '{}',
];

const AMOUNTS = [...IDS, '0.5', '1000000000001', '"1000"', '"-1"'];
/** What is not even JSON. */
const NO_VALUES = ['NaN', 'Infinity', '-Infinity', 'undefined', '0x10', '01', '+1', '.5', "'a'", '1_000', '1n', ''];

const SEAT = { userId: '"user-malformed"', concertId: '123', concertScheduleId: '456', seatId: '1' };
const body = (fields: Record<string, string>) =>
  `{${Object.entries(fields)
    .map(([name, literal]) => `"${name}": ${literal}`)
    .join(', ')}}`;

function inField(path: string, good: Record<string, string>, field: string, bad: readonly string[]): Malformed[] {
  return bad.map((literal) => ({
    name: `POST ${path}, ${field} is ${shown(literal)}`,
    bytes: request({ path, body: body({ ...good, [field]: literal }) }),
    answer: NO_VALUES.includes(literal) ? NO_JSON : INVALID,
  }));
}

const without = (path: string, good: Record<string, string>): Malformed[] =>
  Object.keys(good).map((field) => {
    const { [field]: _, ...rest } = good;
    return { name: `POST ${path} without ${field}`, bytes: request({ path, body: body(rest) }), answer: INVALID };
  });

/** Fields that nobody named in the contract, some of them names of things that matter. */
const unknown = (path: string, good: Record<string, string>): Malformed[] =>
  ['extra', 'price', 'balance', 'status', 'isAdmin', 'UserId', 'user_id', '', '$where', 'toString'].map((field) => ({
    name: `POST ${path} with the unknown field ${shown(field)}`,
    bytes: request({ path, body: body({ ...good, [field]: '1' }) }),
    answer: INVALID,
  }));

const ENTER = '/api/v1/token/create';
const RESERVE = '/api/v1/reservation';
const HOLD = '/api/v1/reservation/hold';
const CHARGE = '/api/v1/wallet/user-malformed/charge';

export const FIELDS: readonly Malformed[] = [
  ...inField(ENTER, { userId: '"a"' }, 'userId', [...NAMES, ...NO_VALUES]),
  ...inField(ENTER, { userId: '"a"' }, 'queueId', NAMES),
  ...without(ENTER, { userId: '"a"' }),
  ...unknown(ENTER, { userId: '"a"' }),
  ...inField(RESERVE, SEAT, 'userId', NAMES),
  ...inField(RESERVE, SEAT, 'queueId', NAMES),
  ...inField(RESERVE, SEAT, 'concertId', IDS),
  ...inField(RESERVE, SEAT, 'concertScheduleId', IDS),
  ...inField(RESERVE, SEAT, 'seatId', [...IDS, ...NO_VALUES]),
  ...without(RESERVE, SEAT),
  ...unknown(RESERVE, SEAT),
  ...inField(HOLD, SEAT, 'seatId', IDS),
  ...without(HOLD, SEAT),
  ...inField(CHARGE, { amount: '1' }, 'amount', [...AMOUNTS, ...NO_VALUES]),
  ...without(CHARGE, { amount: '1' }),
  ...unknown(CHARGE, { amount: '1' }),
];
