// What happens to a process from outside: it is frozen, overrun, and left by those who asked.
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPEN } from '../http/support/modes.ts';
import { fresh, OPS, type Place, type Reservation, World } from '../http/support/world.ts';
import { type Answer, call } from '../support/service.ts';

const CAP = 50;
let world: World;
beforeAll(async () => {
  world = await World.start(OPEN);
});
afterAll(() => world.service.stop());

const frozen = async (work: () => Promise<void>): Promise<void> => {
  process.kill(world.service.pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(world.service.pid, 'SIGCONT');
  }
};
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const enter = (userId: string) => `{"userId":"${userId}"}`;

it('frozen for a while, it answers everybody when it goes on, and no slot is given twice', async () => {
  const users = Array.from({ length: 200 }, () => fresh('user'));
  let asked: Promise<Answer<Place>[]> = Promise.resolve([]);
  await frozen(async () => {
    asked = Promise.all(
      users.map((userId) => call<Place>(world.service.url, 'POST', '/api/v1/token/create', { userId })),
    );
    await wait(1_500);
  });
  const answers = await asked;
  expect(answers.map(({ status }) => status)).toEqual(users.map(() => 200));
  expect(new Set(answers.map(({ body }) => body.ticket)).size).toBe(users.length);
  expect(answers.filter(({ body }) => body.status === 'ACTIVE').length).toBe(CAP);
  await world.expectAuditOk();
});

it('overrun by people who enter, it answers buyers, health and operators, and everybody in the end', async () => {
  const buyer = await world.inside();
  const bodies = Array.from({ length: 4_000 }, () => enter(fresh('storm')));
  let storm: Promise<string> = Promise.resolve('');
  await frozen(async () => {
    storm = pipelined(bodies);
    await wait(300);
  });
  const purchase = { userId: buyer.id, queueId: buyer.queueId, ...world.seat() };
  const others = Promise.all([
    call(world.service.url, 'GET', '/healthz'),
    call(world.service.url, 'GET', '/readyz'),
    call(world.service.url, 'GET', '/ops'),
    call(world.service.url, 'GET', '/ops/api/queues/main', undefined, OPS),
    call(world.service.url, 'POST', '/api/v1/reservation', purchase),
  ]);
  const text = await storm;
  // Whoever is refused is told when to come again; everybody else has a place.
  const refused = text.match(/HTTP\/1\.1 503 /g) ?? [];
  const served = text.match(/HTTP\/1\.1 200 /g) ?? [];
  expect(served.length + refused.length).toBe(bodies.length);
  expect(text.match(/^retry-after: \d+\r$/gm)?.length ?? 0).toBe(refused.length);
  expect((await others).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  await world.expectAuditOk();
});

it('left in the middle of a purchase, it finishes whole or not at all, and tells it by the same key', async () => {
  const user = await world.inside();
  for (let n = 0; n < 30; n++) {
    const body = { userId: user.id, queueId: user.queueId, ...world.seat() };
    const key = { 'idempotency-key': fresh('key') };
    await abandoned(JSON.stringify(body), key['idempotency-key'], n / 3);
    const again = await world.ask<Reservation>('POST', '/api/v1/reservation', body, key);
    expect(again.status, again.text).toBe(200);
    const more = await world.ask<Reservation>('POST', '/api/v1/reservation', body, key);
    expect(more.headers.get('idempotency-replayed')).toBe('true');
    expect(more.text).toBe(again.text);
  }
  const { body } = await world.ask<{ items: { kind: string }[] }>('GET', `/api/v1/wallet/${user.id}/entries`);
  expect(body.items.filter(({ kind }) => kind === 'PAYMENT').length).toBe(30);
  await world.expectAuditOk();
});

/** Sends all down one connection without waiting, and reads as many answers. */
function pipelined(bodies: readonly string[]): Promise<string> {
  const head = 'POST /api/v1/token/create HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ';
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(world.service.url).port), '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${text.slice(-500)}`)));
    socket.on('data', (chunk) => {
      text += chunk;
      if ((text.match(/HTTP\/1\.1 \d/g)?.length ?? 0) < bodies.length || !text.endsWith('}')) return;
      socket.removeAllListeners('close').destroy();
      resolve(text);
    });
    socket.write(bodies.map((body) => `${head}${body.length}\r\n\r\n${body}`).join(''));
  });
}

/** Asks for a purchase and is gone some milliseconds later. */
async function abandoned(body: string, key: string, milliseconds: number): Promise<void> {
  const socket = connect(Number(new URL(world.service.url).port), '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(
    `POST /api/v1/reservation HTTP/1.1\r\nHost: a\r\nIdempotency-Key: ${key}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  await wait(milliseconds);
  socket.resetAndDestroy();
}
