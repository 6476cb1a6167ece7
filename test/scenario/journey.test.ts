// One person from the line to a refund, and what others see of it meanwhile.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearer, TOKEN } from '../http/support/modes.ts';
import { type Place, type Reservation, World } from '../http/support/world.ts';
import { openEvents } from '../support/events.ts';

let world: World;
beforeAll(async () => {
  world = await World.start(TOKEN, { QUEUE_CAP: '1', OPENING_BALANCE: '100000' });
});
afterAll(() => world.service.stop());

it('waits, is let in, chooses, lacks money, charges, pays, changes their mind and leaves', async () => {
  const [ahead, fan] = [await world.user(), await world.user()];
  const { token: aheads } = await world.enter(ahead);
  const place = await world.enter(fan);
  expect([place.status, place.position]).toEqual(['WAITING', 1]);
  // From here on the token of the place is all they need.
  const mine = bearer(place.token);
  const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    world.ask<T>(method, path, body, mine);
  const events = await openEvents(world.service.url, '/api/v1/token/events', mine);
  expect((await events.next()).event).toBe('position');
  await world.ask('DELETE', '/api/v1/token', undefined, bearer(aheads));
  expect((await events.next()).event).toBe('active');

  const seat = { userId: fan.id, concertId: 123, concertScheduleId: 456, seatId: 1001 };
  const { body: held } = await ask<Reservation>('POST', '/api/v1/reservation/hold', seat);
  expect(held).toMatchObject({ status: 'HELD', price: 165_000, balance: 100_000 });
  const { body: inside } = await ask<Place>('GET', '/api/v1/token');
  // A hold never outlives the slot that it was made in.
  expect(Date.parse(held.heldUntil as string)).toBeLessThanOrEqual(Date.parse(inside.expiresAt as string));
  const path = `/api/v1/reservation/${held.reservationId}`;
  expect((await ask('POST', `${path}/pay`)).body.code).toBe('INSUFFICIENT_BALANCE');
  await ask('POST', `/api/v1/wallet/${fan.id}/charge`, { amount: 200_000 });
  expect((await ask('POST', `${path}/pay`)).body).toMatchObject({ status: 'CONFIRMED', balance: 135_000 });

  // The slot outlives the purchase.
  expect((await ask<Place>('GET', '/api/v1/token')).body.status).toBe('ACTIVE');
  const standing = await ask<Reservation>('POST', '/api/v1/reservation', { ...seat, seatId: 1 });
  expect(standing.body).toMatchObject({ status: 'CONFIRMED', price: 99_000, balance: 36_000 });
  await expect.poll(() => sold(123), { timeout: 15_000 }).toBe(2);

  expect((await ask('DELETE', path)).body).toMatchObject({ status: 'CANCELLED', balance: 201_000 });
  await expect.poll(() => sold(123), { timeout: 15_000 }).toBe(1);
  const { body: list } = await ask<{ items: Reservation[] }>('GET', `/api/v1/reservation?userId=${fan.id}`);
  expect(list.items.map(({ status }) => status)).toEqual(['CONFIRMED', 'CANCELLED']);
  const { body: ledger } = await ask<{ items: { amount: number }[] }>('GET', `/api/v1/wallet/${fan.id}/entries`);
  expect(ledger.items.map(({ amount }) => amount)).toEqual([165_000, -99_000, -165_000, 200_000, 100_000]);

  expect((await ask('DELETE', '/api/v1/token')).status).toBe(204);
  expect((await events.next()).event).toBe('expired');
  await events.ended;
  // Their money and tickets are still theirs; the door is closed.
  expect((await ask('GET', `/api/v1/wallet/${fan.id}`)).body.balance).toBe(201_000);
  expect((await ask('POST', '/api/v1/reservation', { ...seat, seatId: 1002 })).body.code).toBe('NOT_ADMITTED');
  expect((await ask('POST', '/api/v1/reservation', { ...seat, seatId: 1 })).body).toMatchObject({
    reservationId: standing.body.reservationId,
  });
  await world.expectAuditOk();
});

async function sold(concertId: number): Promise<number | undefined> {
  const { body } = await world.ask<{ items: { concertId: number; sold: number }[] }>('GET', '/api/v1/concerts');
  return body.items.find((concert) => concert.concertId === concertId)?.sold;
}
