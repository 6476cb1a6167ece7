// What event streams leave behind: nothing. The rules and routes of the line, over a real database and real sockets.
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import Fastify, { type FastifyReply } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../server/http/app.ts';
import { Idempotency } from '../../server/idempotency/idempotency.ts';
import { sqlIdempotencyStore } from '../../server/idempotency/sql/store.ts';
import { Identity } from '../../server/identity/identity.ts';
import { QueueTokens } from '../../server/identity/queue-tokens.ts';
import type { App } from '../../server/lib/http.ts';
import { type EventStream, EventStreams } from '../../server/queue/event-streams.ts';
import { Queue } from '../../server/queue/queue.ts';
import { queueRoutes } from '../../server/queue/routes.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { PGLITE, type TestDatabase } from '../support/databases.ts';
import { openEvents } from '../support/events.ts';
import { fresh } from './support/world.ts';

const TOKENS = new QueueTokens('token-secret-for-tests');
const LISTENERS = 60;

let target: TestDatabase;
let app: App;
let queue: Queue;
let url: string;
/** Users that the line was asked about since this was last emptied. */
const asked: string[] = [];

beforeAll(async () => {
  target = await PGLITE.open();
  const store = sqlQueueStore(target.database, { cap: 1, activeSeconds: 600, noShowSeconds: 600 });
  queue = new Queue({
    ...store,
    status(requests, seen) {
      asked.push(...requests.map(({ userId }) => userId));
      return store.status(requests, seen);
    },
  });
  const identity = new Identity({ logins: null, tokens: TOKENS, opsToken: 'ops-token-for-tests' });
  const idempotency = new Idempotency(sqlIdempotencyStore(target.database));
  app = await buildApp({
    log: pino({ level: 'silent' }),
    trustedHops: 0,
    limits: { perAddress: 0, perUser: 0, userOf: async () => null, gossip: null },
    draining: () => false,
    observe: () => {},
    routes: [queueRoutes(queue, identity, idempotency)],
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app.close();
  await target.dispose();
});

/** People who wait in a line of their own, one of them inside. */
async function line(): Promise<{ queueId: string; users: string[] }> {
  const queueId = fresh('queue');
  const users = Array.from({ length: LISTENERS }, () => fresh('user'));
  await Promise.all(users.map((userId) => queue.enter(userId, queueId)));
  return { queueId, users };
}
const path = (userId: string, queueId: string) => `/api/v1/token/events?userId=${userId}&queueId=${queueId}`;
const connections = () =>
  new Promise<number>((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

/** Moves a line and tells whom the service still looks after. */
async function lookedAfter(queueId: string, users: readonly string[]): Promise<string[]> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  asked.length = 0;
  await queue.configure(queueId, { cap: 2 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  return asked.filter((userId) => users.includes(userId));
}

describe('event streams', () => {
  it('are looked after while somebody listens', async () => {
    const { queueId, users } = await line();
    const streams = await Promise.all(users.map((userId) => openEvents(url, path(userId, queueId), {})));
    for (const stream of streams) await stream.next();
    expect((await lookedAfter(queueId, users)).length).toBeGreaterThanOrEqual(LISTENERS);
    for (const stream of streams) stream.close();
    await expect.poll(connections, { timeout: 15_000 }).toBe(0);
    expect(await lookedAfter(queueId, users)).toEqual([]);
  });

  it('are forgotten when listeners vanish at any moment', async () => {
    const { queueId, users } = await line();
    await Promise.all(
      users.map(async (userId, i) => {
        const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
        socket.on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve));
        socket.write(`GET ${path(userId, queueId)} HTTP/1.1\r\nHost: a\r\n\r\n`);
        // From before the request is read to after its first event.
        if (i % 6 > 0) await new Promise((resolve) => setTimeout(resolve, i));
        if (i % 2) socket.resetAndDestroy();
        else socket.destroy();
      }),
    );
    await expect.poll(connections, { timeout: 15_000 }).toBe(0);
    expect(await lookedAfter(queueId, users)).toEqual([]);
  });

  it('end when the place is over, and leave the connection as it was', async () => {
    const { queueId, users } = await line();
    const streams = await Promise.all(users.map((userId) => openEvents(url, path(userId, queueId), {})));
    for (const stream of streams) await stream.next();
    await Promise.all(users.map((userId) => queue.leave(userId, queueId)));
    await Promise.all(streams.map(({ ended }) => ended));
    expect(await lookedAfter(queueId, users)).toEqual([]);
  });

  it('of one listener hold up nobody else', async () => {
    const { queueId, users } = await line();
    const [deaf = '', other = ''] = users;
    const socket = await deafListener(path(deaf, queueId));
    const stream = await openEvents(url, path(other, queueId), {});
    expect((await stream.next()).event).toBe('position');
    await queue.leave(deaf, queueId);
    expect((await stream.next()).event).toBe('active');
    stream.close();
    socket.destroy();
  });
});

/** Somebody who asks and reads nothing of what comes. */
async function deafListener(path: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  return socket;
}

describe('a stream that is not read', () => {
  /** More than any buffer on the way to the client takes. */
  const MUCH = 'x'.repeat(16 * 1_048_576);
  const streams = new EventStreams();
  const opened: EventStream[] = [];

  it('is cut when more comes', async () => {
    const stream = await open();
    const closed = new Promise<void>((resolve) => stream.onClosed(resolve));
    stream.send('much', MUCH);
    stream.send('more', {});
    await closed;
  });

  it('may be ended, and told things afterwards, without harm', async () => {
    const stream = await open();
    const closed = new Promise<void>((resolve) => stream.onClosed(resolve));
    stream.send('last', {});
    stream.end();
    stream.send('late', {});
    streams.end();
    stream.end();
    await closed;
  });

  it('may be gone before it is opened', async () => {
    const response = await new Promise<ServerResponse>((resolve) => {
      const server = createServer((_request, response) => response.once('close', () => resolve(response)));
      server.listen(0, '127.0.0.1', () => {
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
          socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => setTimeout(() => socket.destroy(), 20));
        });
        socket.once('close', () => server.close());
      });
    });
    const stream = streams.open({ raw: response, hijack: () => {} } as unknown as FastifyReply);
    let told = 0;
    stream.onClosed(() => told++);
    stream.send('late', {});
    stream.end();
    expect(told).toBe(1);
  });

  let last: Socket | undefined;
  async function open(): Promise<EventStream> {
    const bare = Fastify();
    bare.get('/', (_request, reply) => void opened.push(streams.open(reply)));
    await bare.listen({ port: 0, host: '127.0.0.1' });
    last = connect((bare.server.address() as AddressInfo).port, '127.0.0.1');
    last.on('error', () => {});
    last.pause();
    last.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await expect.poll(() => opened.length, { timeout: 15_000 }).toBeGreaterThan(0);
    after.push(async () => {
      last?.destroy();
      await bare.close();
    });
    return opened.pop() as EventStream;
  }
  const after: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of after) await close();
  });
});
