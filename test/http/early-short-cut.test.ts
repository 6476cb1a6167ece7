// Connections that are read ahead of Node once somebody has been refused on them: whatever is sent, and in whatever pieces,
// each request gets its own answer, in order, as Node alone would give it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../server/http/app.ts';
import { WholeRequests } from '../../server/http/early/whole-request.ts';
import { makeLog } from '../../server/lib/log.ts';

const RESERVE = '/api/v1/reservation';
let full = false;
/** What Node itself took. */
let reached = 0;
let refused = 0;

const app = await buildApp({
  log: makeLog('silent'),
  trustedHops: 0,
  limits: { perAddress: 0, perUser: 0, userOf: async () => null, gossip: null },
  early: {
    full: { reserve: () => full },
    loop: { milliseconds: () => 0 },
    refused: () => void refused++,
    refusedLate: () => {},
  },
  draining: () => false,
  observe: () => {},
  routes: [
    (own) => {
      own.post(RESERVE, async ({ body }) => body);
      own.post('/slow', async ({ body }) => sleep(5).then(() => body));
      own.get('/healthz', async () => ({ n: 'health' }));
    },
  ],
});
app.server.on('request', () => void reached++);
const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
afterAll(() => app.close());
beforeEach(() => {
  full = false;
  reached = refused = 0;
});

const post = (path: string, n: unknown, more = '') => {
  const body = JSON.stringify({ n });
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${more}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: { n?: unknown; code?: string; requestId?: string };
}

/** A connection of which every answer is read. */
async function open() {
  const socket = connect(Number(port), '127.0.0.1').setNoDelay();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const answers: Answer[] = [];
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
    for (let answer = firstAnswer(text); answer; answer = firstAnswer(text)) {
      text = text.slice(answer.length);
      answers.push(answer);
    }
  });
  const until = async (count: number) => {
    for (const deadline = Date.now() + 20_000; answers.length < count && Date.now() < deadline; ) await sleep(1);
    return answers;
  };
  return {
    socket,
    answers,
    until,
    ask: (request: string) => send(socket, request).then(() => until(answers.length + 1)),
  };
}

const send = (socket: Socket, text: string) =>
  new Promise<void>((resolve, reject) => socket.write(text, 'latin1', (error) => (error ? reject(error) : resolve())));

function firstAnswer(text: string): (Answer & { length: number }) | null {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ') as [string, string]));
  const length = end + 4 + Number(headers['content-length']);
  if (text.length < length) return null;
  return { status: Number(first.slice(9, 12)), headers, body: JSON.parse(text.slice(end + 4, length)), length };
}

/** A connection on which a request would be refused ahead of Node. */
async function readAhead() {
  const connection = await open();
  full = true;
  await connection.ask(post(RESERVE, 1));
  await connection.ask(post(RESERVE, 2));
  full = false;
  connection.answers.length = 0;
  reached = refused = 0;
  return connection;
}

describe('connections on which somebody was refused', () => {
  it('are read ahead of Node, and what is refused there has the answer that Node would have sent', async () => {
    const { answers, ask } = await open();
    full = true;
    for (let n = 1; n <= 6; n++) await ask(post(RESERVE, n));
    expect([reached, refused]).toEqual([2, 6]);
    const [byNode, , , ours] = answers as [Answer, Answer, Answer, Answer];
    const plain = ({ status, headers, body }: Answer) => ({ status, headers, body });
    const own = { date: expect.any(String), 'x-request-id': expect.any(String), 'content-length': expect.any(String) };
    expect(plain(ours)).toEqual({
      ...plain(byNode),
      headers: { ...byNode.headers, ...own },
      body: { ...byNode.body, requestId: ours.headers['x-request-id'] },
    });
    expect(Math.abs(Date.parse(ours.headers.date as string) - Date.now())).toBeLessThan(60_000);
    expect(new Set(answers.map(({ body }) => body.requestId)).size).toBe(6);
    expect([...new Set(answers.map(({ headers }) => headers['retry-after']))].sort()).toEqual(['1', '2', '3']);
  });

  it('are served as before, ahead of Node or not', async () => {
    const { answers, ask } = await readAhead();
    await ask(post(RESERVE, 3));
    full = true;
    await ask(post('/slow', 4));
    await ask('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await ask(post(RESERVE, 5));
    expect(answers.map(({ status, body }) => [status, body.n])).toEqual([
      [200, 3],
      [200, 4],
      [200, 'health'],
      [503, undefined],
    ]);
  });

  it('are answered in order, also who asks before the last answer is there', async () => {
    const { answers, socket, until } = await readAhead();
    full = true;
    await send(socket, post('/slow', 1));
    await sleep(1);
    await send(socket, post(RESERVE, 2));
    await until(2);
    expect(answers.map(({ status, body }) => [status, body.n])).toEqual([
      [200, 1],
      [503, undefined],
    ]);
    expect(reached).toBe(2);
  });

  it.each([
    ['a part', [post(RESERVE, 1).slice(0, -3)], [post(RESERVE, 1).slice(-3)]],
    ['two at once', [post(RESERVE, 1) + post('/slow', 2)], []],
    [
      'chunks',
      [
        `POST ${RESERVE} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n0\r\n\r\n`,
      ],
      [],
    ],
  ])('are Node’s alone again after %s', async (_, first, second) => {
    const { ask, socket, until, answers } = await readAhead();
    full = true;
    for (const piece of [...first, ...second]) {
      await send(socket, piece);
      await sleep(5);
    }
    await until(1);
    await sleep(30);
    const before = reached;
    expect(before).toBeGreaterThan(0);
    answers.length = 0;
    for (let n = 3; n <= 6; n++) await ask(post(RESERVE, n));
    expect(reached).toBe(before + 4);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  });

  it('are not taken for slow ones by Node, which sees nothing of what they send', async () => {
    const { headersTimeout } = app.server;
    onTestFinished(() => {
      app.server.headersTimeout = headersTimeout;
    });
    app.server.headersTimeout = 1_000;
    full = true;
    const { socket, answers, ask } = await open();
    // Node looks for those who are too slow every 5 s.
    for (let n = 1; n <= 26; n++) {
      await ask(post(RESERVE, n));
      await sleep(250);
    }
    expect(answers.map(({ status }) => status)).toEqual(Array(26).fill(503));
    expect(socket.closed).toBe(false);
    expect(refused - reached).toBeGreaterThan(20);
  });

  it('wait where nobody reads the answers', async () => {
    full = true;
    const stuck = new Duplex({ read() {}, write() {} });
    onTestFinished(() => void stuck.destroy());
    app.server.emit('connection', stuck);
    for (let n = 1; n <= 600; n++) {
      stuck.push(post(RESERVE, n));
      await sleep(0);
    }
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(300);
  });

  it('never take the rest of another request for one of their own', async () => {
    const { socket, answers, until } = await open();
    full = true;
    // The second is refused by its head, and its body, which comes later, looks like requests to be refused.
    const body = post(RESERVE, 9);
    await send(
      socket,
      `${post(RESERVE, 1)}POST ${RESERVE} HTTP/1.1\r\nHost: a\r\nContent-Length: ${2 * body.length}\r\n\r\n`,
    );
    await until(2);
    await sleep(20);
    for (let n = 0; n < 2; n++) {
      await send(socket, body);
      await sleep(20);
    }
    await send(socket, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(3);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  it('give every request its own answer, in order, however they are cut', async () => {
    const request = fc.record({
      path: fc.constantFrom(RESERVE, RESERVE, RESERVE, '/slow'),
      more: fc.constantFrom('', '', '', 'Connection: keep-alive\r\n', 'Upgrade: x\r\n'),
      /** Bytes after which there is a break; more than the request has: together with the next. */
      cuts: fc.array(fc.integer({ min: 1, max: 250 }), { maxLength: 2 }),
      full: fc.boolean(),
      wait: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
        const { socket, answers, until } = await readAhead();
        let sent = 0;
        let rest = '';
        for (const [n, { path, more, cuts, full: now, wait }] of requests.entries()) {
          full = now;
          rest += post(path, n, more);
          sent++;
          for (const cut of cuts) {
            await send(socket, rest.slice(0, cut));
            rest = rest.slice(cut);
          }
          if (cuts.length > 0 && rest.length > 0 && n < requests.length - 1) continue;
          await send(socket, rest);
          rest = '';
          if (wait) await until(sent);
        }
        await until(sent);
        socket.destroy();
        expect(answers).toHaveLength(sent);
        for (const [n, { status, body }] of answers.entries()) {
          if (status === 200) expect(body.n).toBe(n);
          else expect([status, requests[n]?.path]).toEqual([503, RESERVE]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a piece of a connection', () => {
  const told = (piece: string, requests = new WholeRequests()) => requests.read(Buffer.from(piece, 'latin1'));

  it.each([
    [post(RESERVE, 1), { method: 'POST', url: RESERVE }],
    [post(RESERVE, 1, 'Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n'), { method: 'POST', url: RESERVE }],
    ['GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'GET', url: '/a?b=c' }],
    ['POST /a HTTP/1.1\r\ncontent-LENGTH:\t3 \r\n\r\nabc', { method: 'POST', url: '/a' }],
  ])('is one whole request: %j', (piece, asked) => expect(told(piece)).toEqual(asked));

  it('is known again by its head, and by nothing less', () => {
    const requests = new WholeRequests();
    const asked = { method: 'POST', url: RESERVE };
    for (const n of [1, 2, 30]) expect(told(post(RESERVE, n), requests)).toEqual(asked);
    expect(told(`${post(RESERVE, 40)} `, requests)).toBeNull();
    expect(told(post(RESERVE, 40).slice(0, -1), requests)).toBeNull();
    expect(told(post('/slow', 40), requests)).toEqual({ method: 'POST', url: '/slow' });
    expect(told(post(RESERVE, 50).replace('Content-Length: 8', 'Content-Length: 9'), requests)).toBeNull();
    expect(told(post(RESERVE, 50), requests)).toEqual(asked);
  });

  it.each([
    ['', 'GET / HTTP/1.1\r\nHost: a\r\n', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n '],
    ['GET / HTTP/1.0\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\n\r\n', 'GET  / HTTP/1.1\r\n\r\n', 'get / HTTP/1.1\r\n\r\n'],
    ['POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab', 'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcd'],
    [
      'POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc',
      'POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc',
    ],
    ['POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\nabc', 'POST / HTTP/1.1\r\nContent-Length: 0x3\r\n\r\nabc'],
    [
      'POST / HTTP/1.1\r\nContent-Length : 3\r\nContent-Length: 3\r\n\r\nabc',
      'POST / HTTP/1.1\r\nContent-Length:\r\n\r\n',
    ],
    ['POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', 'POST / HTTP/1.1\r\nTransfer-Encoding : x\r\n\r\n'],
    [
      'POST / HTTP/1.1\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n',
      'POST / HTTP/1.1\r\nA: b\rTransfer-Encoding: x\r\n\r\n',
    ],
    ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    [
      'POST / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n',
      'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n',
      'GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n',
    ],
    [`GET /${'a'.repeat(17_000)} HTTP/1.1\r\n\r\n`],
  ])('is left to Node: %j', (...pieces) => {
    for (const piece of pieces) expect([piece, told(piece)]).toEqual([piece, null]);
  });
});
