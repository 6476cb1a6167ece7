// Headers that are missing, doubled, contradictory, too many or nonsense.
import { gzipSync } from 'node:zlib';
import { FINE, INVALID, type Malformed, NO_JSON, type RequestParts, request, shown } from './case.ts';

const GOOD = '{"userId": "user-malformed"}';
const MEDIA = [415, 'UNSUPPORTED_MEDIA_TYPE'] as const;
const WHO = [401, 'UNAUTHENTICATED'] as const;
const PLACE = '/api/v1/token?userId=user-malformed';

const post = (
  name: string,
  headers: RequestParts['headers'],
  answer: Malformed['answer'],
  body: string | Buffer = GOOD,
): Malformed => ({
  name,
  bytes: request({ headers: headers ?? {}, body }),
  answer,
});
const get = (name: string, path: string, headers: RequestParts['headers'], answer: Malformed['answer']): Malformed => ({
  name,
  bytes: request({ method: 'GET', path, headers: headers ?? {} }),
  answer,
});

const TYPES = [
  'text/plain',
  'text/json',
  'text/html',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'application/x-json',
  'application/vnd.api+json',
  'application/problem+json',
  'application/octet-stream',
  'application/*',
  '*/*',
  'json',
  'application',
  '/',
  ';',
  'application/json/json',
  'application/json, text/plain',
  `application/${'j'.repeat(5_000)}`,
];
const KEYS = ['', ' ', 'two words', 'tab\there', 'é', '\xff', 'k'.repeat(256), 'k'.repeat(8_000)];
const CREDENTIALS = [
  '',
  'Bearer',
  'Bearer ',
  'Bearer a b',
  'Basic dTpw',
  'Token a',
  'a.b.c',
  `Bearer ${'a'.repeat(10_000)}`,
  'Bearer \xff',
];

export const HEADERS: readonly Malformed[] = [
  ...TYPES.map((type) => post(`the type ${shown(type)}`, { 'Content-Type': type }, MEDIA)),
  post('no type', { 'Content-Type': null }, MEDIA),
  post('an empty type', { 'Content-Type': '' }, MEDIA),
  post('two types, the first not JSON', { 'Content-Type': ['text/plain', 'application/json'] }, MEDIA),
  post('a type in capitals with a parameter', { 'Content-Type': 'APPLICATION/JSON; charset="utf-8"' }, FINE),

  ...['gzip', 'br', 'deflate', 'compress', 'zstd', 'identity, gzip', 'x', ''].map((encoding) =>
    post(`the encoding ${shown(encoding)}`, { 'Content-Encoding': encoding }, MEDIA, gzipSync(GOOD)),
  ),
  post('the encoding identity', { 'Content-Encoding': 'Identity' }, FINE),

  ...KEYS.map((key) => post(`the Idempotency-Key ${shown(key)}`, { 'Idempotency-Key': key }, INVALID)),
  post('two Idempotency-Keys', { 'Idempotency-Key': ['one', 'two'] }, INVALID),
  post('the same Idempotency-Key twice', { 'Idempotency-Key': ['one', 'one'] }, INVALID),

  ...CREDENTIALS.map((credential) =>
    get(`the credential ${shown(credential)}`, PLACE, { Authorization: credential }, WHO),
  ),
  get('two credentials', PLACE, { Authorization: ['Bearer a.b.c', 'Bearer d.e.f'] }, WHO),
  get('a credential for operators that is none', '/ops/api/audit', { Authorization: 'Bearer \xff'.repeat(100) }, WHO),

  post('no Host', { Host: null }, INVALID),
  post('two Hosts', { Host: ['a', 'b'] }, INVALID),
  post('the same Host twice', { Host: ['a', 'a'] }, INVALID),
  post('two lengths', { 'Content-Length': ['28', '29'] }, INVALID),
  post('the same length twice', { 'Content-Length': ['28', '28'] }, INVALID),
  post('a negative length', { 'Content-Length': '-1' }, INVALID),
  post('a length that is no number', { 'Content-Length': 'many' }, INVALID),
  post('a length in hex', { 'Content-Length': '0x1c' }, INVALID),
  post('a length with a sign', { 'Content-Length': '+28' }, INVALID),
  post('a length with a list', { 'Content-Length': '28, 28' }, INVALID),
  post('a length above 2^64', { 'Content-Length': '99999999999999999999' }, INVALID),
  post('a length above 1 MiB', { 'Content-Length': '1048577' }, [413, 'BODY_TOO_LARGE']),
  post('a length of 99 GB', { 'Content-Length': '99999999999' }, [413, 'BODY_TOO_LARGE']),
  post('a length that is too short', { 'Content-Length': '10' }, NO_JSON),
  post('a length of 0 for a body', { 'Content-Length': '0' }, INVALID),
  post('a length and chunks', { 'Transfer-Encoding': 'chunked' }, INVALID),

  get('16 KiB of header', '/healthz', { 'X-Long': 'x'.repeat(17_000) }, INVALID),
  get(
    '3,000 headers',
    '/healthz',
    Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`X-${i}`, '1'])),
    INVALID,
  ),
  get(
    '500 short headers',
    '/healthz',
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`X-${i}`, '1'])),
    FINE,
  ),
  get('a NUL in a header', '/healthz', { 'X-Nul': 'a\0b' }, INVALID),
  get('a line feed in a header', '/healthz', { 'X-Line': 'a\nb' }, INVALID),
  get('a space in the name of a header', '/healthz', { 'X Space': 'a' }, INVALID),
  get('a header without a name', '/healthz', { '': 'a' }, INVALID),
  get('an expectation that is nonsense', '/healthz', { Expect: 'a miracle' }, FINE),
  get('an upgrade', '/healthz', { Connection: 'Upgrade', Upgrade: 'websocket' }, FINE),
  get(
    'an upgrade to HTTP/2',
    '/healthz',
    { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'A' },
    FINE,
  ),
  get('another method in a header', '/healthz', { 'X-HTTP-Method-Override': 'DELETE' }, FINE),
  get('a path in a header', '/healthz', { 'X-Original-URL': '/ops/api/audit', 'X-Rewrite-URL': '/ops' }, FINE),
  get('script in headers', '/healthz', { 'User-Agent': '<script>alert(1)</script>', Referer: "' OR 1=1 --" }, FINE),
];
