// What ends by itself: slots, slots that nobody takes up, holds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, OPEN } from '../http/support/modes.ts';
import { expectProblem, fresh, type Place, type Reservation, World } from '../http/support/world.ts';
import { openEvents } from '../support/events.ts';

const LONG = { timeout: 20_000 };

let world: World;
beforeAll(async () => {
  const env = { ACTIVE_SECONDS: '2', NO_SHOW_SECONDS: '1', HOLD_SECONDS: '1', SEATS_PER_USER: '2' };
  world = await World.start(OPEN, env);
});
afterAll(() => world.service.stop());

const placeOf = async ({ token }: Place) =>
  (await world.ask<Place>('GET', '/api/v1/token', undefined, bearer(token))).body;
const listen = ({ token }: Place) => openEvents(world.service.url, '/api/v1/token/events', bearer(token));

async function oneInsideAnd(waiting: number): Promise<{ inside: Place; line: Place[]; queueId: string }> {
  const queueId = fresh('queue');
  await world.configure(queueId, { cap: 1 });
  const inside = await world.enter(await world.user(), queueId);
  const line: Place[] = [];
  for (let i = 0; i < waiting; i++) line.push(await world.enter(await world.user(), queueId));
  return { inside, line, queueId };
}

describe('a slot', () => {
  it('ends by itself, and the next one has it', async () => {
    const { inside, line, queueId } = await oneInsideAnd(1);
    const [next] = line as [Place];
    const [hears, nextHears] = [await listen(inside), await listen(next)];
    expect((await hears.next()).event).toBe('active');
    expect((await nextHears.next()).event).toBe('position');
    expect(await hears.next()).toMatchObject({ event: 'expired', data: { status: 'EXPIRED', ticket: inside.ticket } });
    await hears.ended;
    expect(await nextHears.next()).toMatchObject({ event: 'active', data: { ticket: next.ticket } });
    nextHears.close();
    expect(await placeOf(inside)).toMatchObject({ status: 'EXPIRED', position: 0 });
    const body = { userId: inside.userId, queueId, ...world.seat() };
    expectProblem(await world.ask('POST', '/api/v1/reservation', body), 403, 'NOT_ADMITTED');
  });

  it('is not kept by asking, and entering again afterwards is a new place at the back', async () => {
    const { inside, line, queueId } = await oneInsideAnd(1);
    await expect.poll(async () => (await placeOf(inside)).status, LONG).toBe('EXPIRED');
    const again = await world.enter({ id: inside.userId, login: {} }, queueId);
    expect(again.ticket).toBeGreaterThan((line[0] as Place).ticket);
  });

  it('that is not taken up goes to the next one, and a listener takes it up', async () => {
    const { inside, line } = await oneInsideAnd(2);
    const [absent, present] = line as [Place, Place];
    const hears = await listen(present);
    expect((await hears.next()).event).toBe('position');
    await world.ask('DELETE', '/api/v1/token', undefined, bearer(inside.token));
    expect(await hears.next()).toMatchObject({ event: 'position', data: { position: 1 } });
    // Nobody asks for the first in line, so that one is not there.
    const active = await hears.next();
    expect(active).toMatchObject({ event: 'active', data: { ticket: present.ticket } });
    expect((await placeOf(absent)).status).toBe('EXPIRED');
    // Listening is being there: the slot lasts to its end and not only until the no-show limit.
    const ended = await hears.next();
    expect(ended.event).toBe('expired');
    const slotEnd = Date.parse(active.data.expiresAt as string);
    expect(Date.parse(ended.data.expiresAt as string)).toBe(slotEnd);
  });
});

describe('a hold', () => {
  it('that runs out frees its seat, and a late payment moves no money', async () => {
    const [user, other] = [await world.inside(), await world.user()];
    const seat = world.seat();
    const ask = (method: string, path: string, body?: unknown) => world.ask<Reservation>(method, path, body);
    const body = { userId: user.id, queueId: user.queueId, ...seat };
    const { body: held } = await ask('POST', '/api/v1/reservation/hold', body);
    const path = `/api/v1/reservation/${held.reservationId}`;
    await expect.poll(async () => (await ask('GET', path)).body.status, LONG).toBe('EXPIRED');
    expect((await ask('GET', path)).body).toMatchObject({ heldUntil: null, confirmedAt: null });
    expectProblem(await ask('POST', `${path}/pay`), 409, 'HOLD_EXPIRED');
    expectProblem(await ask('DELETE', path), 409, 'RESERVATION_CLOSED');
    expect((await world.ask('GET', `/api/v1/wallet/${user.id}`)).body.balance).toBe(1_000_000_000);

    const queueId = fresh('queue');
    await world.enter(other, queueId);
    const taken = await ask('POST', '/api/v1/reservation', { userId: other.id, queueId, ...seat });
    expect(taken.body).toMatchObject({ status: 'CONFIRMED', userId: other.id });
    expectProblem(await ask('POST', `${path}/pay`), 409, 'HOLD_EXPIRED');
    expect((await ask('GET', `/api/v1/reservation/${taken.body.reservationId}`)).body.status).toBe('CONFIRMED');
  });
});

describe('SEATS_PER_USER', () => {
  it('limits what one user has of a schedule, holds and purchases together', async () => {
    const user = await world.inside();
    const take = (path: string) =>
      world.ask<Reservation>('POST', path, { userId: user.id, queueId: user.queueId, ...world.seat() });
    const first = await take('/api/v1/reservation');
    expect(first.status).toBe(200);
    expect((await take('/api/v1/reservation/hold')).status).toBe(200);
    expectProblem(await take('/api/v1/reservation'), 409, 'SEAT_LIMIT_REACHED');
    await world.ask('DELETE', `/api/v1/reservation/${first.body.reservationId}`);
    expect((await take('/api/v1/reservation')).status).toBe(200);
  });
});

it('leaves everything sound', () => world.expectAuditOk());
