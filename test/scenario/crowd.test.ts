// 300 people at once on a fresh service, as the sale opens.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, OPEN } from '../http/support/modes.ts';
import { expectProblem, fresh, type Place, type User, World } from '../http/support/world.ts';
import { openEvents } from '../support/events.ts';

const PEOPLE = 300;
const CAP = 50;

let world: World;
beforeAll(async () => {
  world = await World.start(OPEN);
});
afterAll(() => world.service.stop());

const inLine = (places: readonly Place[]) =>
  places.filter(({ status }) => status === 'WAITING').sort((a, b) => a.position - b.position);
const statusOf = async ({ token }: Place) =>
  (await world.ask<Place>('GET', '/api/v1/token', undefined, bearer(token))).body;

describe('300 people at once', () => {
  let users: User[];
  let places: Place[];

  beforeAll(async () => {
    users = await Promise.all(Array.from({ length: PEOPLE }, () => world.user()));
    places = await Promise.all(users.map((user) => world.enter(user)));
  });

  it('leave exactly 50 inside and 250 in line, at positions 1 to 250, each once', () => {
    const inside = places.filter(({ status }) => status === 'ACTIVE');
    expect(inside.length).toBe(CAP);
    for (const { position, expiresAt } of inside) expect([position, expiresAt]).toEqual([0, expect.any(String)]);
    expect(inLine(places).map(({ position }) => position)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  });

  it('have places in the order of their tickets, those inside before those in line', () => {
    expect(new Set(places.map(({ ticket }) => ticket)).size).toBe(PEOPLE);
    const tickets = inLine(places).map(({ ticket }) => ticket);
    expect(tickets).toEqual([...tickets].sort((a, b) => a - b));
    const last = Math.max(...places.filter(({ status }) => status === 'ACTIVE').map(({ ticket }) => ticket));
    expect(last).toBeLessThan(tickets[0] as number);
  });

  it('change nothing by asking again', async () => {
    const same = ({ userId, ticket, position, status }: Place) => [userId, ticket, position, status];
    const again = await Promise.all(users.map((user) => world.enter(user)));
    expect(again.map(same)).toEqual(places.map(same));
    expect((await Promise.all(places.map(statusOf))).map(same)).toEqual(places.map(same));
  });

  it('cannot reserve from the line', async () => {
    for (const { userId } of inLine(places).slice(0, 20)) {
      const body = { userId, ...world.seat() };
      expectProblem(await world.ask('POST', '/api/v1/reservation', body), 403, 'NOT_ADMITTED');
      expectProblem(await world.ask('POST', '/api/v1/reservation/hold', body), 403, 'NOT_ADMITTED');
    }
  });

  it('move up when one who is inside leaves: the first one is inside, all others one further', async () => {
    const [first, second, third] = inLine(places) as [Place, Place, Place];
    const streams = await Promise.all(
      [first, second].map(({ token }) => openEvents(world.service.url, '/api/v1/token/events', bearer(token))),
    );
    const [firstHears, secondHears] = streams as [(typeof streams)[0], (typeof streams)[0]];
    expect((await firstHears.next()).event).toBe('position');
    expect((await secondHears.next()).event).toBe('position');

    const leaver = places.find(({ status }) => status === 'ACTIVE') as Place;
    await world.ask('DELETE', '/api/v1/token', undefined, bearer(leaver.token));
    // At once, not with the next tick: the answer to leaving came after it.
    expect(await statusOf(first)).toMatchObject({ status: 'ACTIVE', position: 0, ticket: first.ticket });
    expect(await statusOf(third)).toMatchObject({ status: 'WAITING', position: 2, ticket: third.ticket });
    expect(await firstHears.next()).toMatchObject({ event: 'active', data: { userId: first.userId } });
    expect(await secondHears.next()).toMatchObject({ event: 'position', data: { position: 1 } });
    for (const stream of streams) stream.close();

    const body = { userId: first.userId, ...world.seat() };
    expect((await world.ask('POST', '/api/v1/reservation', body)).status).toBe(200);
  });

  it('leave everything sound', () => world.expectAuditOk());
});

it('first come, first served: tickets follow the order in which requests arrive', async () => {
  const queueId = fresh('queue');
  const asking = Array.from({ length: PEOPLE }, () => fresh('user'));
  // One connection, so that the order in which they arrive is known.
  const answers = await pipelined(asking.map((userId) => JSON.stringify({ userId, queueId })));
  expect(answers.map(({ userId }) => userId)).toEqual(asking);
  expect(answers.map(({ ticket }) => ticket)).toEqual(asking.map((_, i) => i + 1));
  expect(answers.map(({ position }) => position)).toEqual(asking.map((_, i) => Math.max(0, i + 1 - CAP)));
});

/** Sends all bodies to token/create down one connection, without waiting, and reads as many answers. */
function pipelined(bodies: readonly string[]): Promise<Place[]> {
  const head = 'POST /api/v1/token/create HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ';
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(world.service.url).port), '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${text}`)));
    socket.on('data', (chunk) => {
      text += chunk;
      const answers = text.match(/^\{.*\}(?=HTTP|$)/gm) ?? [];
      if (answers.length < bodies.length) return;
      socket.removeAllListeners('close').destroy();
      resolve(answers.map((answer) => JSON.parse(answer)));
    });
    socket.write(bodies.map((body) => `${head}${body.length}\r\n\r\n${body}`).join(''));
  });
}
