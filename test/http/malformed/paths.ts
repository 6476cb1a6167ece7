// Paths and queries: unknown, badly encoded, too long, hostile; and methods that a path does not answer.
import { INVALID, type Malformed, request, shown } from './case.ts';

const NOWHERE = [404, 'NOT_FOUND'] as const;
const METHOD = [405, 'METHOD_NOT_ALLOWED'] as const;
const NO_PLACE = [404, 'NOT_IN_QUEUE'] as const;
const NO_RESERVATION = [404, 'RESERVATION_NOT_FOUND'] as const;
const NO_CONCERT = [404, 'CONCERT_NOT_FOUND'] as const;
const NO_SCHEDULE = [404, 'SCHEDULE_NOT_FOUND'] as const;

const at = (path: string, answer: Malformed['answer'], method = 'GET'): Malformed => ({
  name: `${method} ${shown(path)}`,
  bytes: request({ method, path }),
  answer,
});

const SEGMENTS = [
  '%00',
  '%0a',
  'a%20b',
  '%27%20OR%201=1--',
  '%3Cscript%3E',
  '%ED%95%9C',
  'a%2Fb',
  '..%2F..%2Fetc',
  'a'.repeat(65),
  'a'.repeat(9_000),
  '%25',
  '*',
];
const NOT_DECODABLE = ['%', '%z', '%zz', '%E0%A4%A', '%C0%AF', '%FF', 'a%'];
const NO_IDS = [
  '0',
  '-1',
  '1.5',
  '01',
  '1e3',
  'x',
  '%31x',
  '0x1',
  '9007199254740993',
  '99999999999999999999',
  '%00',
  'null',
  '1%20',
  '+1',
];
const ANY_ID = '00000000-0000-0000-0000-000000000000';

export const PATHS: readonly Malformed[] = [
  ...SEGMENTS.flatMap((segment) => [
    at(`/api/v1/wallet/${segment}`, INVALID),
    at(`/api/v1/wallet/${segment}/entries`, INVALID),
    at(`/api/v1/queue/${segment}`, INVALID),
    at(`/api/v1/token?userId=${segment}`, INVALID),
    at(`/api/v1/token/events?userId=a&queueId=${segment}`, INVALID),
    at(`/api/v1/token?userId=${segment}`, INVALID, 'DELETE'),
    at(`/api/v1/reservation?userId=${segment}`, INVALID),
  ]),
  ...NOT_DECODABLE.flatMap((segment) => [
    at(`/api/v1/wallet/${segment}`, INVALID),
    at(`/api/v1/reservation/${segment}`, INVALID),
    at(`/${segment}`, INVALID),
    at(`/api/v1/token?userId=${segment}`, INVALID),
  ]),
  ...NO_IDS.flatMap((id) => [
    at(`/api/v1/concerts/${id}/schedules`, INVALID),
    at(`/api/v1/concerts/123/schedules/${id}/seats`, INVALID),
  ]),
  at('/api/v1/concerts/999999999/schedules', NO_CONCERT),
  at('/api/v1/concerts/999999999999999/schedules', NO_CONCERT),
  at('/api/v1/concerts/123/schedules/999/seats', NO_SCHEDULE),
  ...['nope', '1', ANY_ID, `${ANY_ID}0`, '%27%3B--', '%00', '__proto__', 'constructor', '*'].flatMap((id) => [
    at(`/api/v1/reservation/${id}`, NO_RESERVATION),
    at(`/api/v1/reservation/${id}`, NO_RESERVATION, 'DELETE'),
    at(`/api/v1/reservation/${id}/pay`, NO_RESERVATION, 'POST'),
  ]),
  ...[
    'limit=0',
    'limit=-1',
    'limit=501',
    'limit=1e2',
    'limit=x',
    'limit=',
    'limit=5&limit=6',
    'limit[]=5',
    'cursor=0',
    'cursor=-1',
    'cursor=x',
    'cursor=',
    'cursor=9007199254740993',
    'cursor=%00',
  ]
    // A name that the contract does not know is no filter; it is passed over like any other.
    .map((query) =>
      at(`/api/v1/wallet/user-malformed/entries?${query}`, query.startsWith('limit[]') ? [200] : INVALID),
    ),
  at('/api/v1/token', INVALID),
  at('/api/v1/token?userId=', INVALID),
  at('/api/v1/token?userId=a&userId=b', INVALID),
  at('/api/v1/token?userId[]=a', INVALID),
  at('/api/v1/token?userId[$ne]=a', INVALID),
  at('/api/v1/token?__proto__=a&constructor=b', INVALID),
  at('/api/v1/token?userId=never-entered', NO_PLACE),
  at('/api/v1/token?userId=__proto__', NO_PLACE),
  at('/api/v1/token?userId=never-entered', NO_PLACE, 'DELETE'),
  at('/api/v1/token/events?userId=never-entered', NO_PLACE),
  at('/api/v1/reservation', INVALID),
  at('/api/v1/queue/never-entered', NOWHERE),
  at('/api/v1/queue/__proto__', NOWHERE),
  at('/api/v1/queue/constructor', NOWHERE),

  ...[
    '/api',
    '/api/v1/',
    '/API/V1/CONCERTS',
    '//api/v1/concerts',
    '/api//v1/concerts',
    '/api/v1/concerts;x=1',
    '/api/v1/../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/.env',
    '/.git/config',
    '/wp-login.php',
    '/api/v1/concerts/',
    '/%2e%2e/',
    '/\\..\\',
    '/docs/static/..%2f..%2fpackage.json',
    '/assets/..%2f..%2fpackage.json',
    '/ops/api/',
    '/ops/api/queues',
    `/${'a/'.repeat(500)}`,
  ].map((path) => at(path, path === '/api/v1/concerts/' ? [200] : NOWHERE)),
  at(`/api/v1/${'a'.repeat(10_000)}`, NOWHERE),
  at(`/api/v1/token?${'a'.repeat(10_000)}`, INVALID),
  at(`/${'a'.repeat(20_000)}`, INVALID),
  at('/docs/static/%00', INVALID),

  ...[
    'PUT',
    'PATCH',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'SEARCH',
    'QUERY',
    'MKCOL',
    'PURGE',
    'M-SEARCH',
    'CONNECT',
  ].flatMap((method) =>
    ['/api/v1/token', '/api/v1/token/create', '/api/v1/reservation/x/pay', '/api/v1/concerts', '/ops/api/audit'].map(
      (path) => at(path, METHOD, method),
    ),
  ),
  at('/api/v1/token/create', METHOD),
  at('/api/v1/token/create', METHOD, 'DELETE'),
  at('/api/v1/concerts', METHOD, 'POST'),
  at('/api/v1/token/events', METHOD, 'HEAD'),
  ...['get', 'Post', 'FOO', 'GETT', 'G', '0', 'GET/', '', '<GET>'].map((method) =>
    at('/api/v1/token', INVALID, method),
  ),
];
