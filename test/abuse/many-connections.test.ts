// Many connections of one person: with 50 others who have one each, one place, no better than anybody's, and few streams;
// requests on them that never quite arrive are answered and closed, and hold nobody else up meanwhile.
import { connect } from 'node:net';
import { afterAll, beforeAll, it } from 'vitest';
import { fresh } from '../http/support/world.ts';
import { type EventStream, openEvents } from '../support/events.ts';
import { call, type Service, startService } from '../support/service.ts';

const CONNECTIONS = 200;
const OTHERS = 50;
const CAP = 10;
const FROM_ELSEWHERE = { 'x-forwarded-for': '203.0.113.9' };

interface Place {
  userId: string;
  ticket: number;
  status: string;
  position: number;
}

let service: Service;
beforeAll(async () => {
  service = await startService({ QUEUE_CAP: String(CAP), STREAMS_PER_ADDRESS: '20', TRUSTED_HOPS: '1' });
});
afterAll(() => service.stop());

it.concurrent('one person with many connections has one place, and takes nobody else’s', async ({ expect }) => {
  const [queueId, greedy] = [fresh('queue'), fresh('greedy')];
  const others = Array.from({ length: OTHERS }, () => fresh('user'));
  const crowd = [...Array<string>(CONNECTIONS).fill(greedy)];
  // The others come in between.
  others.forEach((userId, i) => {
    crowd.splice(i * 5, 0, userId);
  });
  const enter = (userId: string) => call<Place>(service.url, 'POST', '/api/v1/token/create', { userId, queueId });
  const places = (await Promise.all(crowd.map(enter))).map(({ body }) => body);
  const tickets = new Map(places.map(({ userId, ticket }) => [userId, ticket]));
  for (const { userId, ticket } of places) expect(ticket).toBe(tickets.get(userId));
  expect([...tickets.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: OTHERS + 1 }, (_, i) => i + 1));
  // Its figures may be a second old.
  const overview = async () => (await call(service.url, 'GET', `/api/v1/queue/${queueId}`)).body;
  await expect.poll(overview, { timeout: 15_000 }).toMatchObject({ active: CAP, waiting: OTHERS + 1 - CAP });
});

it.concurrent('and five streams, the newest', async ({ expect }) => {
  const [userId, queueId] = [fresh('greedy'), fresh('queue')];
  await call(service.url, 'POST', '/api/v1/token/create', { userId, queueId });
  const path = `/api/v1/token/events?userId=${userId}&queueId=${queueId}`;
  const streams: EventStream[] = [];
  for (let i = 0; i < 12; i++) {
    const stream = await openEvents(service.url, path, {});
    await stream.next();
    streams.push(stream);
  }
  await Promise.all(streams.slice(0, 7).map(({ ended }) => ended));
  const over = await Promise.all(
    streams.slice(7).map(({ ended }) => Promise.race([ended.then(() => true), Promise.resolve(false)])),
  );
  expect(over).toEqual(Array(5).fill(false));
  for (const stream of streams) stream.close();
});

it.concurrent('an address has as many streams as the setting says, whoever they are for', async ({ expect }) => {
  const queueId = fresh('queue');
  const open = async (i: number) => {
    const userId = fresh(`user-${i}`);
    await call(service.url, 'POST', '/api/v1/token/create', { userId, queueId });
    const path = `/api/v1/token/events?userId=${userId}&queueId=${queueId}`;
    return openEvents(service.url, path, FROM_ELSEWHERE);
  };
  const streams: EventStream[] = [];
  for (let i = 0; i < 22; i++) streams.push(await open(i));
  expect(streams.map(({ status }) => status)).toEqual([...Array(20).fill(200), 429, 429]);
  expect(streams[20]?.headers.get('retry-after')).toBe('10');
  streams[0]?.close();
  await expect
    .poll(
      async () => {
        const stream = await open(99);
        if (stream.status === 200) streams.push(stream);
        return stream.status;
      },
      { timeout: 15_000 },
    )
    .toBe(200);
  for (const stream of streams) stream.close();
});

it.concurrent('a head that comes byte by byte is given up on after 15 to 20 s', async ({ expect }) => {
  const { port } = new URL(service.url);
  const slow = Array.from({ length: 50 }, () => connect(Number(port), '127.0.0.1'));
  const answers = slow.map((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.write('GET /healthz HTTP/1.1\r\nHost: jari.test\r\nX-Slow: ');
    const drip = setInterval(() => socket.writable && socket.write('x'), 1_000);
    return new Promise<string>((resolve) =>
      socket.once('close', () => {
        clearInterval(drip);
        resolve(text);
      }),
    );
  });
  expect((await call(service.url, 'GET', '/healthz')).status).toBe(200);
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"VALIDATION_FAILED"');
  }
});
