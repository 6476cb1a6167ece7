// Bytes on a connection: what is no HTTP, or is cut, padded, flooded, pipelined or smuggled.
import fc from 'fast-check';
import { login, type People } from './people.ts';

export interface WireCase {
  name: string;
  bytes: Buffer;
  /** Answers that must come, all of them fine; undefined when any refusal, or the end of the connection, will do. */
  answers?: number;
  /** Most answers that may come: what is within a body is no request. */
  most?: number;
  /** The client is gone before the answer. */
  aborts?: boolean;
}

const GET = 'GET /healthz HTTP/1.1\r\nHost: jari.test\r\n\r\n';
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const latin = (text: string) => Buffer.from(text, 'latin1');

/** Ways to say that a body is chunked, or nearly: a server that took one of them for it would read the body as requests. */
const CODINGS = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
  'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: "chunked"',
  'transfer_encoding: chunked',
  ' Transfer-Encoding: chunked',
  'X: x\nTransfer-Encoding: chunked',
  'X: x\rTransfer-Encoding: chunked',
  'X:\r\n Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked\x0b',
  'Transfer-Encoding: CHUNKED',
  'Content-Length: 0',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content-Length : 0',
  'Content-Length: 0x5',
  'Content-Length: -1',
];

/** Requests as bytes, ready to be spoiled. */
function seeds(people: People): string[] {
  const [user] = people.users as [string];
  const auth = people.auth === 'token' ? `Authorization: Bearer ${login(user)}\r\n` : '';
  const post = (path: string, body: string, more = '') =>
    `POST ${path} HTTP/1.1\r\nHost: jari.test\r\n${auth}${more}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  return [
    GET,
    `GET /api/v1/wallet/${user} HTTP/1.1\r\nHost: jari.test\r\n${auth}\r\n`,
    `GET /api/v1/concerts?x=%41 HTTP/1.1\r\nHost: jari.test\r\nAccept: */*\r\n\r\n`,
    post('/api/v1/token/create', JSON.stringify({ userId: user })),
    post('/api/v1/reservation', JSON.stringify({ userId: user, concertId: 123, concertScheduleId: 456, seatId: 77 })),
    `POST /api/v1/token/create HTTP/1.1\r\nHost: jari.test\r\n${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(JSON.stringify({ userId: user }))}0\r\n\r\n`,
  ];
}

export function wireCases(people: People): fc.Arbitrary<WireCase> {
  return fc.oneof(
    { weight: 4, arbitrary: spoiled(people) },
    { weight: 3, arbitrary: smuggling(people) },
    { weight: 1, arbitrary: noise },
    { weight: 1, arbitrary: floods },
    { weight: 2, arbitrary: pipelines },
    { weight: 2, arbitrary: cut(people) },
    { weight: 2, arbitrary: aborted(people) },
  );
}

/** A good request with bytes changed, put in, taken out or said twice. */
function spoiled(people: People): fc.Arbitrary<WireCase> {
  const byte = fc.oneof(fc.constantFrom(0, 9, 10, 11, 13, 32, 58, 127, 128, 255), fc.nat(255));
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    how: fc.nat(3),
    byte,
    length: fc.nat(20),
  });
  return fc
    .tuple(fc.constantFrom(...seeds(people)), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([seed, changes]) => {
      let bytes = latin(seed);
      for (const { at, how, byte: put, length } of changes) {
        const i = Math.floor(at * bytes.length);
        const [before, after] = [bytes.subarray(0, i), bytes.subarray(i)];
        const middle =
          how === 3 ? Buffer.concat([after.subarray(0, length), after.subarray(0, length)]) : Buffer.from([put]);
        bytes = Buffer.concat([
          before,
          ...(how === 2 ? [] : [middle]),
          after.subarray(how === 1 ? 0 : how === 0 ? 1 : length),
        ]);
      }
      return { name: 'spoiled', bytes };
    });
}

/**
 * A request within the body of another, whose length is said in two ways. It must be read as a body or be refused:
 * it would charge a wallet that nobody charges.
 */
function smuggling(people: People): fc.Arbitrary<WireCase> {
  const body = '{"amount":1}';
  const inner = `POST /api/v1/wallet/${people.smuggled}/charge HTTP/1.1\r\nHost: jari.test\r\nAuthorization: Bearer ${login(people.smuggled)}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const before = fc.constantFrom('', '0\r\n\r\n', '1\r\nZ\r\n0\r\n\r\n', '5\r\n\r\n', '\r\n\r\n');
  const method = fc.constantFrom('POST /api/v1/token/create', 'GET /healthz', 'DELETE /api/v1/token', 'POST /nowhere');
  return fc
    .record({ before, method, coding: fc.constantFrom(...CODINGS), first: fc.boolean(), again: fc.boolean() })
    .map(({ before, method, coding, first, again }) => {
      const length = `Content-Length: ${Buffer.byteLength(before + inner)}`;
      const lines = first ? [coding, length] : [length, coding];
      const head = [`${method} HTTP/1.1`, 'Host: jari.test', 'Content-Type: application/json', ...lines].join('\r\n');
      const bytes = latin(`${head}\r\n\r\n${before}${inner}${again ? GET : ''}`);
      return { name: `smuggled by ${JSON.stringify(coding)}`, bytes, most: again ? 2 : 1 };
    });
}

const noise = fc
  .uint8Array({ minLength: 1, maxLength: 400 })
  .map((bytes) => ({ name: 'noise', bytes: Buffer.from(bytes) }));

const floods: fc.Arbitrary<WireCase> = fc
  .record({ count: fc.nat(3_000), size: fc.nat(400), kind: fc.nat(2) })
  .map(({ count, size, kind }) => {
    if (kind === 0) {
      const headers = Array.from({ length: count }, (_, i) => `X-${i}: ${'v'.repeat(size % 50)}\r\n`).join('');
      return { name: 'many headers', bytes: latin(`GET /healthz HTTP/1.1\r\nHost: a\r\n${headers}\r\n`) };
    }
    if (kind === 1)
      return { name: 'a long path', bytes: latin(`GET /${'a'.repeat(count * 8)} HTTP/1.1\r\nHost: a\r\n\r\n`) };
    const chunks = chunk('x'.repeat(1 + (size % 20))).repeat(count);
    const head =
      'POST /api/v1/token/create HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    return { name: 'many chunks', bytes: latin(`${head}${chunks}0\r\nTrailer: x\r\n\r\n`) };
  });

const pipelines: fc.Arbitrary<WireCase> = fc.integer({ min: 2, max: 12 }).map((count) => ({
  name: 'pipelined',
  bytes: latin(GET.repeat(count)),
  answers: count,
}));

const cut = (people: People): fc.Arbitrary<WireCase> =>
  fc.tuple(fc.constantFrom(...seeds(people)), fc.double({ min: 0, max: 1, noNaN: true })).map(([seed, at]) => ({
    name: 'cut',
    bytes: latin(seed.slice(0, Math.floor(at * seed.length))),
  }));

const aborted = (people: People): fc.Arbitrary<WireCase> =>
  fc.constantFrom(...seeds(people)).map((seed) => ({ name: 'aborted', bytes: latin(seed), aborts: true }));
