// 50 people who are inside want the same numbered seat at the same moment.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPEN } from '../http/support/modes.ts';
import { expectProblem, type Reservation, type User, World } from '../http/support/world.ts';

const PEOPLE = 50;
const ROUNDS = 20;

let world: World;
let users: User[];
beforeAll(async () => {
  world = await World.start(OPEN);
  users = await Promise.all(Array.from({ length: PEOPLE }, () => world.user()));
  for (const { status } of await Promise.all(users.map((user) => world.enter(user)))) expect(status).toBe('ACTIVE');
});
afterAll(() => world.service.stop());

it('one gets it and 49 are told that it is taken, every round', async () => {
  const won: Reservation[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const seat = world.seat();
    // Every other round somebody's key is in the race twice.
    const asking = round % 2 ? [...users, users[round] as User] : users;
    const answers = await Promise.all(
      asking.map(({ id }) =>
        world.ask<Reservation>(
          'POST',
          '/api/v1/reservation',
          { userId: id, ...seat },
          { 'idempotency-key': `${round}` },
        ),
      ),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(new Set(winners.map(({ body }) => body.reservationId)).size).toBe(1);
    for (const loser of answers.filter(({ status }) => status !== 200)) expectProblem(loser, 409, 'SEAT_TAKEN');
    expect(new Set(winners.map(({ body }) => body.userId)).size).toBe(1);
    won.push((winners[0] as (typeof winners)[0]).body);
  }

  const paid = new Map<string, number>();
  for (const { userId, price } of won) paid.set(userId, (paid.get(userId) ?? 0) + price);
  for (const { id } of users) {
    const { body } = await world.ask('GET', `/api/v1/wallet/${id}`);
    expect(body.balance).toBe(1_000_000_000 - (paid.get(id) ?? 0));
  }
  await world.expectAuditOk();
});

it('holds and one-shot reservations race for a seat all the same', async () => {
  for (let round = 0; round < 5; round++) {
    const seat = world.seat();
    const answers = await Promise.all(
      users.map(({ id }, i) => {
        const path = i % 2 ? '/api/v1/reservation' : '/api/v1/reservation/hold';
        return world.ask('POST', path, { userId: id, ...seat });
      }),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
  }
  await world.expectAuditOk();
});
