import { describe, expect, it } from 'vitest';
import { bearer } from '../support/modes.ts';
import { expectProblem, fresh, ISO, type Reservation, type User, UUID, type World } from '../support/world.ts';
import { OPENING_BALANCE } from './wallet.ts';

const PATH = '/api/v1/reservation';
type Inside = User & { queueId: string; token: string };
type Seat = ReturnType<World['seat']>;

export function reservationRoutes(world: () => World): void {
  const post = (user: User & { queueId?: string }, seat: Seat, path = PATH, headers: Record<string, string> = {}) => {
    const body = { userId: user.id, ...(user.queueId !== undefined && { queueId: user.queueId }), ...seat };
    return world().ask<Reservation>('POST', path, body, { ...user.login, ...headers });
  };
  const hold = (user: Inside, seat: Seat, headers: Record<string, string> = {}) =>
    post(user, seat, `${PATH}/hold`, headers);
  const pay = (user: User, reservationId: string, headers: Record<string, string> = {}) =>
    world().ask<Reservation>('POST', `${PATH}/${reservationId}/pay`, undefined, { ...user.login, ...headers });
  const get = (user: User, reservationId: string) =>
    world().ask<Reservation>('GET', `${PATH}/${reservationId}`, undefined, user.login);
  const cancel = (user: User, reservationId: string) =>
    world().ask<Reservation>('DELETE', `${PATH}/${reservationId}`, undefined, user.login);

  describe('POST /api/v1/reservation', () => {
    it('takes a seat, pays and confirms in one call', async () => {
      const user = await world().inside();
      const seat = world().seat();
      const { status, body } = await post(user, seat);
      expect(status).toBe(200);
      expect(body).toEqual({
        reservationId: expect.stringMatching(UUID),
        userId: user.id,
        ...seat,
        status: 'CONFIRMED',
        price: expect.any(Number),
        balance: OPENING_BALANCE - body.price,
        heldUntil: null,
        confirmedAt: expect.stringMatching(ISO),
      });
    });

    it('takes the token of the place for who is asking and for the line', async () => {
      const user = await world().inside();
      const body = { userId: user.id, ...world().seat() };
      // In open mode nobody is asked for a token, so the line has to be named.
      const named = world().mode.name === 'open' ? { ...body, queueId: user.queueId } : body;
      expect((await world().ask('POST', PATH, named, bearer(user.token))).body).toMatchObject({ status: 'CONFIRMED' });
    });

    it('answers the same reservation to its owner, also after the slot ended', async () => {
      const user = await world().inside();
      const seat = world().seat();
      const first = await post(user, seat);
      expect((await post(user, seat)).body).toEqual(first.body);
      await world().ask('DELETE', '/api/v1/token', undefined, bearer(user.token));
      expect((await post(user, seat)).body).toEqual(first.body);
      expectProblem(await post(user, world().seat()), 403, 'NOT_ADMITTED');
    });

    it('refuses whoever waits, has left or never came', async () => {
      const [inside, waiting] = [await world().user(), await world().user()];
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 1 });
      await world().enter(inside, queueId);
      await world().enter(waiting, queueId);
      expectProblem(await post({ ...waiting, queueId }, world().seat()), 403, 'NOT_ADMITTED');
      expectProblem(await hold({ ...waiting, queueId, token: '' }, world().seat()), 403, 'NOT_ADMITTED');
      expectProblem(await post(await world().user(), world().seat()), 403, 'NOT_ADMITTED');
      // Inside one line is not inside another.
      expectProblem(await post({ ...inside, queueId: fresh('queue') }, world().seat()), 403, 'NOT_ADMITTED');
    });

    it('knows what does not exist', async () => {
      const user = await world().inside();
      const seat = world().seat();
      expectProblem(await post(user, { ...seat, concertId: 999 }), 404, 'CONCERT_NOT_FOUND');
      expectProblem(await post(user, { ...seat, concertScheduleId: 999 }), 404, 'SCHEDULE_NOT_FOUND');
      expectProblem(await post(user, { ...seat, concertId: 124 }), 404, 'SCHEDULE_NOT_FOUND');
      expectProblem(await post(user, { ...seat, seatId: 999_999 }), 404, 'SEAT_NOT_FOUND');
      expectProblem(await post(user, { ...seat, seatId: Number.MAX_SAFE_INTEGER }), 404, 'SEAT_NOT_FOUND');
    });

    it('gives a numbered seat to one', async () => {
      const [user, other] = [await world().inside(), await world().inside()];
      const seat = world().seat();
      await post(user, seat);
      expectProblem(await post(other, seat), 409, 'SEAT_TAKEN');
      expectProblem(await hold(other, seat), 409, 'SEAT_TAKEN');
    });

    it('sells nothing beyond the balance', async () => {
      const user = await world().inside();
      let balance = OPENING_BALANCE;
      for (let i = 0; i < 20; i++) {
        const seat = world().seat();
        const answer = await post(user, seat);
        if (answer.status !== 200) {
          expectProblem(answer, 402, 'INSUFFICIENT_BALANCE');
          const held = await hold(user, seat);
          expectProblem(await pay(user, held.body.reservationId), 402, 'INSUFFICIENT_BALANCE');
          expect((await get(user, held.body.reservationId)).body.status).toBe('HELD');
          return expect((await cancel(user, held.body.reservationId)).body.status).toBe('CANCELLED');
        }
        balance -= answer.body.price;
        expect(balance).toBeGreaterThanOrEqual(0);
        expect(answer.body.balance).toBe(balance);
      }
      throw new Error('bought twenty seats with the money for a few');
    });
  });

  describe('hold, pay, cancel', () => {
    it('holds without money, pays once, refunds once', async () => {
      const user = await world().inside();
      const seat = world().seat();
      const held = await hold(user, seat);
      expect(held.body).toMatchObject({ ...seat, userId: user.id, status: 'HELD', balance: OPENING_BALANCE });
      expect(held.body.heldUntil).toMatch(ISO);
      expect(held.body.confirmedAt).toBeNull();
      const { reservationId, price } = held.body;
      expect((await hold(user, seat)).body).toEqual(held.body);

      const paid = await pay(user, reservationId);
      expect(paid.body).toMatchObject({ reservationId, status: 'CONFIRMED', balance: OPENING_BALANCE - price });
      expect([paid.body.heldUntil, paid.body.confirmedAt]).toEqual([null, expect.stringMatching(ISO)]);
      expect((await pay(user, reservationId)).body).toEqual(paid.body);
      const { balance: _, ...rest } = paid.body;
      expect((await get(user, reservationId)).body).toMatchObject(rest);

      const cancelled = await cancel(user, reservationId);
      expect(cancelled.body).toMatchObject({ reservationId, status: 'CANCELLED', balance: OPENING_BALANCE });
      expect((await cancel(user, reservationId)).body).toMatchObject({ reservationId, status: 'CANCELLED' });
      expectProblem(await pay(user, reservationId), 409, 'RESERVATION_CLOSED');
      const wallet = await world().ask('GET', `/api/v1/wallet/${user.id}`, undefined, user.login);
      expect(wallet.body.balance).toBe(OPENING_BALANCE);
    });

    it('confirms a hold through the one-shot call', async () => {
      const user = await world().inside();
      const seat = world().seat();
      const { reservationId } = (await hold(user, seat)).body;
      expect((await post(user, seat)).body).toMatchObject({ reservationId, status: 'CONFIRMED' });
    });

    it('frees the seat of a cancelled reservation for others', async () => {
      const [user, other] = [await world().inside(), await world().inside()];
      const seat = world().seat();
      const { reservationId } = (await hold(user, seat)).body;
      expectProblem(await post(other, seat), 409, 'SEAT_TAKEN');
      await cancel(user, reservationId);
      expect((await post(other, seat)).status).toBe(200);
    });

    it('takes an empty object for no body, and nothing else', async () => {
      const user = await world().inside();
      const { reservationId } = (await hold(user, world().seat())).body;
      const path = `${PATH}/${reservationId}/pay`;
      expectProblem(await world().ask('POST', path, { amount: 1 }, user.login), 400, 'VALIDATION_FAILED');
      expect((await world().ask('POST', path, {}, user.login)).status).toBe(200);
    });

    it('knows no other reservation', async () => {
      const user = await world().user();
      for (const id of ['00000000-0000-0000-0000-000000000000', 'nope', '1', '%27%20OR%201=1']) {
        expectProblem(await get(user, id), 404, 'RESERVATION_NOT_FOUND');
        expectProblem(await cancel(user, id), 404, 'RESERVATION_NOT_FOUND');
        expectProblem(await pay(user, id), 404, 'RESERVATION_NOT_FOUND');
      }
    });
  });

  describe('GET /api/v1/reservation?userId=', () => {
    it('lists the reservations of a user, newest first', async () => {
      const user = await world().inside();
      const list = async () =>
        (await world().ask<{ items: Reservation[] }>('GET', `${PATH}?userId=${user.id}`, undefined, user.login)).body;
      expect(await list()).toEqual({ items: [] });
      const first = await post(user, world().seat());
      const second = await hold(user, world().seat());
      const { items } = await list();
      expect(items.map(({ reservationId }) => reservationId)).toEqual([
        second.body.reservationId,
        first.body.reservationId,
      ]);
      expect(items[1]).toMatchObject({ ...first.body, balance: items[1]?.balance });
    });
  });

  describe('Idempotency-Key', () => {
    const key = () => ({ 'idempotency-key': fresh('key') });

    it('answers reserve, hold and pay with the same bytes again', async () => {
      const user = await world().inside();
      const [reserveKey, holdKey, payKey] = [key(), key(), key()];
      const [reserved, other] = [world().seat(), world().seat()];
      const first = await post(user, reserved, PATH, reserveKey);
      const held = await hold(user, other, holdKey);
      const paid = await pay(user, held.body.reservationId, payKey);
      for (const [again, before] of [
        [await post(user, reserved, PATH, reserveKey), first],
        [await hold(user, other, holdKey), held],
        [await pay(user, held.body.reservationId, payKey), paid],
      ] as const) {
        expect([again.status, again.text]).toEqual([200, before.text]);
        expect(again.headers.get('idempotency-replayed')).toBe('true');
        expect(before.headers.has('idempotency-replayed')).toBe(false);
      }
    });

    it('answers a refusal with the same bytes again', async () => {
      const [user, other] = [await world().inside(), await world().inside()];
      const [seat, mine] = [world().seat(), key()];
      const { reservationId } = (await post(other, seat)).body;
      const refused = await post(user, seat, PATH, mine);
      expectProblem(refused, 409, 'SEAT_TAKEN');
      await cancel(other, reservationId);
      const again = await post(user, seat, PATH, mine);
      expect([again.status, again.text]).toEqual([409, refused.text]);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    });

    it('refuses a key that came with another body or another call', async () => {
      const user = await world().inside();
      const mine = key();
      await post(user, world().seat(), PATH, mine);
      expectProblem(await post(user, world().seat(), PATH, mine), 422, 'IDEMPOTENCY_KEY_REUSED');
      expectProblem(await hold(user, world().seat(), mine), 422, 'IDEMPOTENCY_KEY_REUSED');
    });

    it('takes the same members in another order for the same body', async () => {
      const user = await world().inside();
      const mine = { ...user.login, ...key() };
      const seat = world().seat();
      const first = await world().ask('POST', PATH, { userId: user.id, queueId: user.queueId, ...seat }, mine);
      const again = await world().ask('POST', PATH, { ...seat, queueId: user.queueId, userId: user.id }, mine);
      expect(again.text).toBe(first.text);
    });

    it('reserves once when the same key comes ten times at once', async () => {
      const user = await world().inside();
      const [seat, mine] = [world().seat(), key()];
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(user, seat, PATH, mine)));
      const done = answers.filter(({ status }) => status === 200);
      expect(new Set(done.map(({ text }) => text)).size).toBe(1);
      for (const other of answers.filter(({ status }) => status !== 200)) expectProblem(other, 409, 'IN_PROGRESS');
    });
  });
}
