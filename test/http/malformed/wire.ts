// Bytes that are no HTTP request, or one that is cut, padded or smuggled.
import { CLOSED, FINE, INVALID, type Malformed, NO_JSON, request } from './case.ts';

const GOOD = '{"userId": "user-malformed"}';
const HEAD = 'POST /api/v1/token/create HTTP/1.1\r\nHost: jari.test\r\nContent-Type: application/json\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

const sent = (name: string, bytes: string | Buffer, answer: Malformed['answer'] = INVALID): Malformed => ({
  name,
  bytes,
  answer,
});
const cut = (name: string, bytes: string, answer: Malformed['answer'] = INVALID): Malformed => ({
  name: `${name}, and no more`,
  bytes,
  answer,
  thenEnd: true,
});

export const WIRE: readonly Malformed[] = [
  sent('binary noise', Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 31 + 7) % 256))),
  sent('NUL bytes', Buffer.alloc(100)),
  sent('a TLS greeting', Buffer.from('16030100a5010000a10303'.padEnd(400, '5a'), 'hex')),
  sent('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  sent('SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n'),
  sent('SMTP', 'EHLO jari.test\r\n\r\n'),
  sent('Redis', '*1\r\n$4\r\nPING\r\n'),
  sent('words', 'Hello, is this jari?\r\n\r\n'),
  sent('no path', 'GET HTTP/1.1\r\nHost: a\r\n\r\n'),
  sent('a path without a slash', 'GET healthz HTTP/1.1\r\nHost: a\r\n\r\n'),
  sent('a space in the path', 'GET /health z HTTP/1.1\r\nHost: a\r\n\r\n'),
  sent('a NUL in the path', 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n'),
  sent('Korean in the path', Buffer.from('GET /한글 HTTP/1.1\r\nHost: a\r\n\r\n')),
  sent('HTTP/3.0', 'GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n'),
  sent('HTTP/1.9', 'GET /healthz HTTP/1.9\r\nHost: a\r\n\r\n'),
  sent('HTTPS/1.1', 'GET /healthz HTTPS/1.1\r\nHost: a\r\n\r\n'),
  sent('no version number', 'GET /healthz HTTP/\r\nHost: a\r\n\r\n'),
  sent('HTTP/1.0 without Host', 'GET /healthz HTTP/1.0\r\n\r\n', FINE),
  sent('empty lines first', '\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n', FINE),
  sent('the whole URL', 'GET http://jari.test/healthz HTTP/1.1\r\nHost: jari.test\r\n\r\n', FINE),
  sent('the whole URL of nothing', 'GET http://jari.test/nowhere HTTP/1.1\r\nHost: jari.test\r\n\r\n', [
    404,
    'NOT_FOUND',
  ]),
  sent('the whole URL, wrong method', 'PUT http://jari.test/healthz HTTP/1.1\r\nHost: jari.test\r\n\r\n', [
    405,
    'METHOD_NOT_ALLOWED',
  ]),
  sent('OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', [404, 'NOT_FOUND']),
  sent('CONNECT', 'CONNECT jari.test:443 HTTP/1.1\r\nHost: jari.test:443\r\n\r\n', [405, 'METHOD_NOT_ALLOWED']),
  sent('a header without a colon', 'GET /healthz HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n'),
  sent('a folded header', 'GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n'),
  sent('a header line of CR', 'GET /healthz HTTP/1.1\r\nHost: a\rX: b\r\n\r\n'),
  sent('a space before the colon', 'GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n'),

  sent('length and chunks', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  sent('chunks twice', `${HEAD}Transfer-Encoding: chunked, chunked\r\n\r\n${chunk(GOOD)}0\r\n\r\n`),
  sent('chunks before another coding', `${HEAD}Transfer-Encoding: chunked, gzip\r\n\r\n${chunk(GOOD)}0\r\n\r\n`),
  sent('a coding without chunks', `${HEAD}Transfer-Encoding: gzip\r\n\r\n${GOOD}`),
  sent('a coding that does not exist', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n${GOOD}`),
  sent('a chunk without a size', `${CHUNKED}zz\r\n${GOOD}\r\n0\r\n\r\n`),
  sent('a chunk of negative size', `${CHUNKED}-1\r\n${GOOD}\r\n0\r\n\r\n`),
  sent('a chunk of 2^64 bytes', `${CHUNKED}ffffffffffffffffff\r\n${GOOD}\r\n0\r\n\r\n`),
  sent('a chunk longer than it says', `${CHUNKED}2\r\n${GOOD}\r\n0\r\n\r\n`),
  sent('a chunk of 0x', `${CHUNKED}0x1c\r\n${GOOD}\r\n0\r\n\r\n`),
  sent('good chunks', `${CHUNKED}${chunk(GOOD.slice(0, 9))}${chunk(GOOD.slice(9))}0\r\n\r\n`, FINE),
  sent('bad JSON in chunks', `${CHUNKED}${chunk('{"userId":')}0\r\n\r\n`, NO_JSON),
  sent('no chunks at all', `${CHUNKED}0\r\n\r\n`),
  sent('2 MiB of chunks', CHUNKED + chunk('x'.repeat(65_536)).repeat(32), [413, 'BODY_TOO_LARGE']),

  sent('another request behind a good one', Buffer.concat([request({ body: GOOD }), request({ body: '{' })]), FINE),
  sent('noise behind a good request', Buffer.concat([request({ body: GOOD }), Buffer.from('\0\0\0')]), FINE),

  cut('nothing', '', CLOSED),
  cut('half a request line', 'POST /api/v1/tok'),
  cut('half of the headers', HEAD),
  cut('half of a body', `${HEAD}Content-Length: 100\r\n\r\n{"userId": "a"`),
  cut('half of a chunk', `${CHUNKED}ff\r\n{"userId"`),
  cut('no last chunk', `${CHUNKED}${chunk(GOOD)}`),
];
