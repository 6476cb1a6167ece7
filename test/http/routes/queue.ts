import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bearer } from '../support/modes.ts';
import { expectProblem, fresh, ISO, type Place, type World } from '../support/world.ts';

const TOKEN = '/api/v1/token';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function queueRoutes(world: () => World): void {
  describe('POST /api/v1/token/create', () => {
    it('lets in whoever comes first, with a token for the place', async () => {
      const user = await world().user();
      const queueId = fresh('queue');
      expect(await world().enter(user, queueId)).toEqual({
        userId: user.id,
        queueId,
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        status: 'ACTIVE',
        position: 0,
        ticket: 1,
        etaSeconds: 0,
        expiresAt: expect.stringMatching(ISO),
        pollAfterSeconds: expect.any(Number),
      });
    });

    it('takes "main" for the line when none is named', async () => {
      expect((await world().enter(await world().user())).queueId).toBe('main');
    });

    it('lines up who comes when it is full, and gives the same place again', async () => {
      const [first, second, third] = [await world().user(), await world().user(), await world().user()];
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 1 });
      expect((await world().enter(first, queueId)).status).toBe('ACTIVE');
      const waiting = await world().enter(second, queueId);
      expect(waiting).toEqual({
        userId: second.id,
        queueId,
        token: expect.any(String),
        status: 'WAITING',
        position: 1,
        ticket: 2,
        etaSeconds: expect.any(Number),
        expiresAt: null,
        pollAfterSeconds: expect.any(Number),
      });
      expect(await world().enter(third, queueId)).toMatchObject({ status: 'WAITING', position: 2, ticket: 3 });
      const again = await world().enter(second, queueId);
      expect([again.position, again.ticket, again.status]).toEqual([1, 2, 'WAITING']);
    });

    it('answers the same bytes for the same Idempotency-Key, and refuses the key with another body', async () => {
      const user = await world().user();
      const enter = (queueId: string) =>
        world().ask('POST', `${TOKEN}/create`, { userId: user.id, queueId }, { ...user.login, 'idempotency-key': key });
      const [key, queueId] = [fresh('key'), fresh('queue')];
      const first = await enter(queueId);
      expect(first.headers.has('idempotency-replayed')).toBe(false);
      const replay = await enter(queueId);
      expect(replay.text).toBe(first.text);
      expect(replay.headers.get('idempotency-replayed')).toBe('true');
      expectProblem(await enter(fresh('queue')), 422, 'IDEMPOTENCY_KEY_REUSED');
    });
  });

  describe('GET /api/v1/token', () => {
    it('tells the place of a token, and of a user who says who they are', async () => {
      const user = await world().user();
      const entered = await world().enter(user, fresh('queue'));
      const { expiresAt, token, ...rest } = entered;
      const byToken = await world().ask<Place>('GET', TOKEN, undefined, bearer(token));
      expect(byToken.status).toBe(200);
      expect(byToken.body).toMatchObject({ ...rest, token });
      expect(byToken.body.expiresAt).toBe(expiresAt);
      const query = `?userId=${user.id}&queueId=${entered.queueId}`;
      expect((await world().ask('GET', TOKEN + query, undefined, user.login)).body).toEqual(byToken.body);
    });

    it('knows nobody who has not entered', async () => {
      const user = await world().user();
      expectProblem(await world().ask('GET', `${TOKEN}?userId=${user.id}`, undefined, user.login), 404, 'NOT_IN_QUEUE');
    });

    it('does not take a token for the place that the same user took later', async () => {
      const user = await world().user();
      const { token, queueId } = await world().enter(user, fresh('queue'));
      await world().ask('DELETE', TOKEN, undefined, bearer(token));
      await world().enter(user, queueId);
      expectProblem(await world().ask('GET', TOKEN, undefined, bearer(token)), 404, 'NOT_IN_QUEUE');
      expectProblem(await world().ask('DELETE', TOKEN, undefined, bearer(token)), 404, 'NOT_IN_QUEUE');
    });
  });

  describe('DELETE /api/v1/token', () => {
    it('gives the slot to the next one at once', async () => {
      const [first, second] = [await world().user(), await world().user()];
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 1 });
      const { token } = await world().enter(first, queueId);
      const waiting = await world().enter(second, queueId);
      const left = await world().ask('DELETE', TOKEN, undefined, bearer(token));
      expect([left.status, left.text]).toEqual([204, '']);
      const next = await world().ask<Place>('GET', TOKEN, undefined, bearer(waiting.token));
      expect(next.body).toMatchObject({ status: 'ACTIVE', position: 0, ticket: waiting.ticket });
      expectProblem(await world().ask('GET', TOKEN, undefined, bearer(token)), 404, 'NOT_IN_QUEUE');
      expectProblem(await world().ask('DELETE', TOKEN, undefined, bearer(token)), 404, 'NOT_IN_QUEUE');
    });
  });

  describe('GET /api/v1/queue/{queueId}', () => {
    it('shows the line to everybody, for a second', async () => {
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 2 });
      for (let i = 0; i < 5; i++) await world().enter(await world().user(), queueId);
      // Figures may be a second old.
      const waiting = async () => (await world().ask('GET', `/api/v1/queue/${queueId}`)).body.waiting;
      await expect.poll(waiting, { timeout: 15_000 }).toBe(3);
      const { body, headers } = await world().ask('GET', `/api/v1/queue/${queueId}`);
      expect(headers.get('cache-control')).toBe('public, max-age=1');
      expect(body).toEqual({
        queueId,
        cap: 2,
        active: 2,
        waiting: 3,
        servingTicket: 2,
        admittedPerMinute: expect.any(Number),
        estimatedWaitSeconds: expect.any(Number),
        state: 'OPEN',
      });
    });

    it('publishes a draw before it, and its seed after; old tokens stand for drawn places', async () => {
      const queueId = fresh('queue');
      const draws = async () =>
        (await world().ask<{ items: Record<string, unknown>[] }>('GET', `/api/v1/queue/${queueId}/draws`)).body.items;
      expect(await draws()).toEqual([]);
      await world().configure(queueId, { cap: 1, state: 'PRE_QUEUE', shuffle: true });
      const [committed] = await draws();
      expect(committed).toMatchObject({ number: 1, seed: null, firstTicket: 1, lastTicket: null, revealedAt: null });
      const people = await Promise.all(Array.from({ length: 5 }, () => world().user()));
      const entered: Place[] = [];
      for (const person of people) entered.push(await world().enter(person, queueId));
      await world().configure(queueId, { state: 'OPEN' });
      const [revealed] = await draws();
      expect(revealed).toMatchObject({ commitment: committed?.commitment, firstTicket: 1, lastTicket: 5 });
      expect(sha256(String(revealed?.seed))).toBe(committed?.commitment);
      const lots = entered.map(({ ticket }) => sha256(`${revealed?.seed}:${ticket}`));
      const ranks = lots.map((lot) => lots.filter((other) => other < lot).length);
      for (const [i, { token }] of entered.entries()) {
        const now = (await world().ask<Place>('GET', TOKEN, undefined, bearer(token))).body;
        expect([now.ticket, now.position]).toEqual([6 + (ranks[i] as number), ranks[i]]);
        expect(now.token).not.toBe(token);
        expect((await world().ask<Place>('GET', TOKEN, undefined, bearer(now.token))).body).toMatchObject({
          ticket: now.ticket,
        });
      }
    });

    it('draws nothing but a pre-queue', async () => {
      const answer = await world().configure(fresh('queue'), { shuffle: true });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
    });

    it('knows no line that nobody made', async () => {
      const answer = await world().ask('GET', `/api/v1/queue/${fresh('nobody')}`);
      expectProblem(answer, 404, 'NOT_FOUND');
      expect(answer.headers.get('cache-control') ?? '').not.toContain('public');
    });
  });
}
