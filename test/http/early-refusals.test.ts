// In front of the routes: who is refused early reaches none of them. Whether it is called for is switched by the test.
import { connect } from 'node:net';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { buildApp } from '../../server/http/app.ts';
import type { Operation } from '../../server/http/early/operations.ts';
import { makeLog } from '../../server/lib/log.ts';
import { call } from '../support/service.ts';
import { expectProblem } from './support/world.ts';

const RESERVE = '/api/v1/reservation';
const full = new Set<Operation>();
let loopMilliseconds = 0;
let stopping = false;
const reached: string[] = [];
const refused: string[] = [];

const app = await buildApp({
  log: makeLog('silent'),
  trustedHops: 0,
  limits: { perAddress: 0, perUser: 0, userOf: async () => null, gossip: null },
  early: {
    full: { reserve: () => full.has('reserve'), pay: () => full.has('pay'), charge: () => full.has('charge') },
    loop: { milliseconds: () => loopMilliseconds },
    refused: (operation, reason) => void refused.push(`${operation} ${reason}`),
    refusedLate: (operation) => void refused.push(`${operation} late`),
  },
  draining: () => stopping,
  observe: () => {},
  routes: [
    (own) => void own.addHook('onRequest', async ({ url }) => void reached.push(url)),
    (own) => {
      for (const path of [RESERVE, `${RESERVE}/:id/pay`, '/api/v1/wallet/:id/charge', '/api/v1/token/create'])
        own.post(path, async ({ body }) => body);
      for (const path of ['/healthz', '/ops', '/api/v1/token', RESERVE]) own.get(path, async () => ({ ok: true }));
    },
  ],
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
afterAll(() => app.close());
beforeEach(() => {
  full.clear();
  loopMilliseconds = 0;
  stopping = false;
  reached.length = 0;
  refused.length = 0;
});

const post = (path: string) => call(url, 'POST', path, { userId: 'a' });
const statuses = async (count: number, ask: () => Promise<{ status: number }>) => {
  const found: number[] = [];
  for (let n = 0; n < count; n++) found.push((await ask()).status);
  return found;
};

it('answers a problem with Retry-After, and nothing behind it sees the request', async () => {
  full.add('reserve');
  const answers = [await post(RESERVE), await post(RESERVE)];
  for (const answer of answers) {
    expectProblem(answer, 503, 'OVERLOADED');
    expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
  expect(answers[0]?.body.requestId).not.toBe(answers[1]?.body.requestId);
  expect(reached).toEqual([]);
  expect(refused).toEqual(['reserve store', 'reserve store']);
});

it('refuses what is full and nothing else', async () => {
  full.add('reserve').add('pay').add('charge');
  const refusals = [RESERVE, `${RESERVE}/7/pay`, '/api/v1/wallet/a/charge'];
  for (const path of refusals) expect([path, (await post(path)).status]).toEqual([path, 503]);
  expect((await post('/api/v1/token/create')).status).toBe(200);
  for (const path of ['/healthz', '/ops', '/api/v1/token', RESERVE])
    expect([path, (await call(url, 'GET', path)).status]).toEqual([path, 200]);
  full.clear();
  for (const path of refusals) expect([path, (await post(path)).status]).toEqual([path, 200]);
});

it('while the process itself is behind, refuses every other of those who can wait, and nobody who is inside', async () => {
  loopMilliseconds = 1_001;
  expect(await statuses(4, () => post('/api/v1/token/create'))).toEqual([503, 200, 503, 200]);
  expect(await statuses(2, () => call(url, 'GET', '/api/v1/token?userId=a'))).toEqual([503, 200]);
  expect(await statuses(3, () => post(RESERVE))).toEqual([200, 200, 200]);
  expect(await statuses(3, () => call(url, 'GET', '/healthz'))).toEqual([200, 200, 200]);
  expect(refused).toEqual(['enter process', 'enter process', 'status process']);
  loopMilliseconds = 1_000;
  expect(await statuses(3, () => post('/api/v1/token/create'))).toEqual([200, 200, 200]);
});

it('leaves late requests to those who tell them that it stops', async () => {
  full.add('reserve');
  stopping = true;
  const answer = await post(RESERVE);
  expectProblem(answer, 503, 'OVERLOADED');
  expect(answer.headers.get('connection')).toBe('close');
  expect(refused).toEqual([]);
});

it('goes on with the connection: bodies of the refused are thrown away, large ones and late ones too', async () => {
  full.add('reserve');
  const large = 'x'.repeat(2_000_000);
  const request = (method: string, path: string, body: string) =>
    `${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const pieces = [
    request('POST', RESERVE, '{"userId":"a"}'),
    request('POST', RESERVE, large),
    request('POST', RESERVE, '{"a":1}').slice(0, -3),
    `:1}${request('GET', '/healthz', '')}`,
  ];
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let got = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${got}`)));
    socket.on('data', (chunk) => {
      got += chunk;
      const answers = got.match(/HTTP\/1\.1 /g)?.length ?? 0;
      // The last piece when there is an answer to each request before it, although the third has not all come.
      if (answers === 3 && pieces.length > 3) socket.write(pieces.splice(3)[0] as string);
      if (answers === 4 && got.endsWith('}')) resolve(got);
    });
    socket.write(pieces.slice(0, 3).join(''));
  });
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([503, 503, 503, 200].map((status) => `HTTP/1.1 ${status}`));
  expect(text).not.toMatch(/connection: close/i);
});
