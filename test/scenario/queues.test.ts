// Lines side by side, and what operators do to one while people are in it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearer, OPEN } from '../http/support/modes.ts';
import { fresh, OPS, type Place, World } from '../http/support/world.ts';
import { openEvents } from '../support/events.ts';

let world: World;
beforeAll(async () => {
  world = await World.start(OPEN, { QUEUE_CAP: '3' });
});
afterAll(() => world.service.stop());

async function crowd(queueId: string, people: number): Promise<Place[]> {
  const places: Place[] = [];
  for (let i = 0; i < people; i++) places.push(await world.enter(await world.user(), queueId));
  return places;
}
const placeOf = async ({ token }: Place) =>
  (await world.ask<Place>('GET', '/api/v1/token', undefined, bearer(token))).body;
const statuses = async (places: readonly Place[]) =>
  (await Promise.all(places.map(placeOf))).map(({ status }) => status);
const leave = ({ token }: Place) => world.ask('DELETE', '/api/v1/token', undefined, bearer(token));
const figures = async (queueId: string) => {
  const { body } = await world.ask('GET', `/ops/api/queues/${queueId}`, undefined, OPS);
  return [body.active, body.waiting];
};
const INSIDE = 'ACTIVE';
const OUTSIDE = 'WAITING';

it('lines do not touch each other', async () => {
  const [one, other] = [fresh('queue'), fresh('queue')];
  const user = await world.user();
  await crowd(one, 3);
  expect(await world.enter(user, one)).toMatchObject({ status: OUTSIDE, position: 1, ticket: 4 });
  expect(await world.enter(user, other)).toMatchObject({ status: INSIDE, ticket: 1 });
  expect(await figures(one)).toEqual([3, 1]);
  expect(await figures(other)).toEqual([1, 0]);
  const reserve = (queueId: string) =>
    world.ask('POST', '/api/v1/reservation', { userId: user.id, queueId, ...world.seat() });
  expect((await reserve(one)).body.code).toBe('NOT_ADMITTED');
  expect((await reserve(other)).status).toBe(200);
});

it('a line that is paused lets nobody in, and goes on where it stopped', async () => {
  for (const state of ['PAUSED', 'PRE_QUEUE']) {
    const queueId = fresh('queue');
    await world.configure(queueId, { state });
    const places = await crowd(queueId, 5);
    expect(places.map(({ status, position }) => [status, position])).toEqual([1, 2, 3, 4, 5].map((n) => [OUTSIDE, n]));
    const hears = await openEvents(world.service.url, '/api/v1/token/events', bearer((places[0] as Place).token));
    expect((await hears.next()).event).toBe('position');
    await world.configure(queueId, { state: 'OPEN' });
    expect((await hears.next()).event).toBe('active');
    hears.close();
    expect(await statuses(places)).toEqual([INSIDE, INSIDE, INSIDE, OUTSIDE, OUTSIDE]);

    await world.configure(queueId, { state });
    await leave(places[0] as Place);
    expect(await statuses(places.slice(1))).toEqual([INSIDE, INSIDE, OUTSIDE, OUTSIDE]);
    await world.configure(queueId, { state: 'OPEN' });
    expect(await statuses(places.slice(1))).toEqual([INSIDE, INSIDE, INSIDE, OUTSIDE]);
  }
});

it('a cap that is lowered drains and evicts nobody; one that is raised lets in at once', async () => {
  const queueId = fresh('queue');
  const places = await crowd(queueId, 6);
  const [a, b, c] = places as [Place, Place, Place];
  await world.configure(queueId, { cap: 1 });
  expect(await figures(queueId)).toEqual([3, 3]);
  expect(await statuses([a, b, c])).toEqual([INSIDE, INSIDE, INSIDE]);
  // More inside than the cap, and nothing wrong with that.
  await world.expectAuditOk();
  await leave(a);
  expect(await figures(queueId)).toEqual([2, 3]);
  await leave(b);
  expect(await figures(queueId)).toEqual([1, 3]);
  await leave(c);
  expect(await figures(queueId)).toEqual([1, 2]);
  expect(await statuses(places.slice(3))).toEqual([INSIDE, OUTSIDE, OUTSIDE]);
  await world.configure(queueId, { cap: 10 });
  expect(await figures(queueId)).toEqual([3, 0]);
  await world.configure(queueId, { cap: 0 });
  expect(await world.enter(await world.user(), queueId)).toMatchObject({ status: OUTSIDE, position: 1 });
});

it('a line with releaseOnConfirm gives the slot on with the purchase, and not with a hold', async () => {
  const queueId = fresh('queue');
  await world.configure(queueId, { cap: 1, releaseOnConfirm: true });
  const [buyer, next, last] = (await crowd(queueId, 3)) as [Place, Place, Place];
  const ask = (path: string, place: Place) =>
    world.ask('POST', path, { userId: place.userId, queueId, ...world.seat() });
  const held = await ask('/api/v1/reservation/hold', buyer);
  expect(held.status).toBe(200);
  expect(await statuses([buyer, next])).toEqual([INSIDE, OUTSIDE]);
  const paid = await world.ask('POST', `/api/v1/reservation/${held.body.reservationId}/pay`);
  expect(paid.body.status).toBe('CONFIRMED');
  expect(await statuses([next, last])).toEqual([INSIDE, OUTSIDE]);
  expect((await world.ask('GET', '/api/v1/token', undefined, bearer(buyer.token))).body.code).toBe('NOT_IN_QUEUE');

  expect((await ask('/api/v1/reservation', next)).body.status).toBe('CONFIRMED');
  expect(await statuses([last])).toEqual([INSIDE]);
});

it('a slot may be shortened for those who come', async () => {
  const queueId = fresh('queue');
  const [before] = (await crowd(queueId, 1)) as [Place];
  await world.configure(queueId, { activeSeconds: 1_000 });
  const [after] = (await crowd(queueId, 1)) as [Place];
  expect(Date.parse(after.expiresAt as string) - Date.parse(before.expiresAt as string)).toBeGreaterThan(600_000);
});

it('leaves everything sound', () => world.expectAuditOk());
