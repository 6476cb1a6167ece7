import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../server/db/database.ts';
import { pollAfterSeconds, waitSeconds } from '../../server/queue/estimate.ts';
import { Queue } from '../../server/queue/queue.ts';
import { range, users } from './actors.ts';
import { LINES } from './every-line.ts';
import { FRESH, freshQueueId, type Line } from './lines.ts';

for (const target of LINES) {
  describe.skipIf(target.missing)(`the rules of the line in ${target.name}`, () => {
    let line: Line;
    let queue: Queue;
    beforeAll(async () => {
      line = await target.open();
      queue = new Queue(line.store, line.signals);
    });
    afterAll(() => line?.dispose());

    const enterAll = (names: string[], queueId: string) => Promise.all(names.map((name) => queue.enter(name, queueId)));

    it('serve 300 who come at once in the order they came', async () => {
      const queueId = freshQueueId();
      await queue.configure(queueId, { cap: 50 });
      const places = await enterAll(users(300), queueId);
      expect(places.slice(0, 50).every(({ status }) => status === 'ACTIVE')).toBe(true);
      expect(places.slice(50).map(({ position }) => position)).toEqual(range(1, 250));
      expect(await enterAll(users(300), queueId)).toEqual(places);
      expect(await queue.leave('user-7', queueId)).toBe(true);
      expect(await queue.status('user-51', queueId)).toMatchObject({ status: 'ACTIVE', position: 0 });
      expect(await queue.status('user-300', queueId)).toMatchObject({ status: 'WAITING', position: 249 });
    });

    it('show a place to whoever has its ticket, and to nobody with an older one', async () => {
      const queueId = freshQueueId();
      const { ticket } = await queue.enter('a', queueId);
      expect(await queue.status('a', queueId)).toMatchObject({ ticket });
      expect(await queue.status('a', queueId, ticket)).toMatchObject({ ticket });
      await queue.leave('a', queueId, ticket);
      expect(await queue.status('a', queueId, ticket)).toBeNull();
      const again = await queue.enter('a', queueId);
      expect(await queue.status('a', queueId, ticket)).toBeNull();
      expect(await queue.leave('a', queueId, ticket)).toBe(false);
      expect(await queue.status('a', queueId, again.ticket)).not.toBeNull();
    });

    it('believe the pass of nobody who has left, also while draws can not be asked for', async () => {
      const queueId = freshQueueId();
      const place = await queue.enter('a', queueId);
      const lost = new Queue({ ...line.store, draws: () => Promise.reject(new StoreUnavailable('away')) });
      const until = new Date(Date.now() + 60_000);
      expect(await lost.admittedUntil('a', queueId, place.ticket, until)).not.toBeNull();
      await queue.leave('a', queueId, place.ticket);
      await expect(lost.admittedUntil('a', queueId, place.ticket, until)).rejects.toBeInstanceOf(StoreUnavailable);
    });

    it('know a place by the ticket of before a draw, wherever one is sent', async () => {
      const queueId = freshQueueId();
      await queue.configure(queueId, { cap: 0, state: 'PRE_QUEUE', shuffle: true });
      const before = await enterAll(users(30), queueId);
      const told: { event: string; ticket: number }[] = [];
      const first = before[0] as (typeof before)[0];
      const stop = queue.watch('user-1', queueId, first.ticket, ({ event, place }) => {
        told.push({ event, ticket: place.ticket });
      });
      await expect.poll(() => told.length, { timeout: 20_000 }).toBe(1);
      await queue.configure(queueId, { state: 'OPEN' });
      const after = await enterAll(users(30), queueId);
      expect(after.map(({ ticket }) => ticket).sort((a, b) => a - b)).toEqual(range(31, 60));
      for (const [i, { userId, ticket }] of before.entries()) {
        expect(await queue.status(userId, queueId, ticket)).toEqual(after[i]);
        expect(await queue.status(userId, queueId, after[i]?.ticket)).toEqual(after[i]);
      }
      // Of somebody else's before, of nobody, and of the user's own place that is no more.
      expect(await queue.status('user-1', queueId, before[1]?.ticket)).toBeNull();
      expect(await queue.status('user-1', queueId, 1_000)).toBeNull();
      expect(await queue.leave('user-2', queueId, before[1]?.ticket)).toBe(true);
      await queue.enter('user-2', queueId);
      expect(await queue.status('user-2', queueId, before[1]?.ticket)).toBeNull();
      expect(await queue.leave('user-2', queueId, before[1]?.ticket)).toBe(false);
      await queue.configure(queueId, { cap: 50 });
      expect(await queue.admittedUntil('user-1', queueId, first.ticket)).toBeInstanceOf(Date);
      await expect.poll(() => told.at(-1), { timeout: 20_000 }).toEqual({ event: 'active', ticket: after[0]?.ticket });
      expect(told.some(({ event }) => event === 'expired')).toBe(false);
      stop();
    });

    it('draw nothing but a pre-queue', async () => {
      for (const patch of [{ shuffle: true }, { shuffle: true, state: 'OPEN' as const }]) {
        await expect(queue.configure(freshQueueId(), patch)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
      }
    });

    it('admit to reserving until the slot ends, and nobody else', async () => {
      const queueId = freshQueueId();
      await queue.configure(queueId, { cap: 1 });
      const [inside] = await enterAll(['a', 'b'], queueId);
      expect((await queue.admittedUntil('a', queueId))?.toISOString()).toBe(inside?.expiresAt);
      expect(await queue.admittedUntil('b', queueId)).toBeNull();
      expect(await queue.admittedUntil('stranger', queueId)).toBeNull();
      expect(await queue.admittedUntil('a', 'no-such-queue')).toBeNull();
      await line.age(queueId, FRESH.activeSeconds + 10);
      expect(await queue.admittedUntil('a', queueId)).toBeNull();
    });

    it('keep the slot after a purchase, unless the queue gives it on', async () => {
      const [keeps, gives] = [freshQueueId(), freshQueueId()];
      await queue.configure(keeps, { cap: 1 });
      await queue.configure(gives, { cap: 1, releaseOnConfirm: true });
      for (const queueId of [keeps, gives]) {
        await enterAll(['a', 'b'], queueId);
        await queue.confirmed('a', queueId);
      }
      expect(await queue.status('a', keeps)).toMatchObject({ status: 'ACTIVE' });
      expect(await queue.status('a', gives)).toBeNull();
      expect(await queue.status('b', gives)).toMatchObject({ status: 'ACTIVE' });
    });

    it('show everybody the same page of the queue', async () => {
      const queueId = freshQueueId();
      expect(await queue.overview(queueId)).toBeNull();
      await queue.configure(queueId, { cap: 2, state: 'PRE_QUEUE' });
      await enterAll(['a', 'b', 'c'], queueId);
      await queue.configure(queueId, { state: 'OPEN' });
      expect(await queue.overview(queueId)).toEqual({
        queueId,
        cap: 2,
        active: 2,
        waiting: 1,
        servingTicket: 2,
        admittedPerMinute: 0,
        estimatedWaitSeconds: 1_000,
        state: 'OPEN',
      });
      expect(await queue.settings(queueId)).toEqual({
        queueId,
        ...FRESH,
        cap: 2,
        state: 'OPEN',
        releaseOnConfirm: false,
        active: 2,
        waiting: 1,
      });
    });

    // Of the rules alone, so one store is enough.
    if (target.name !== 'SQL on PostgreSQL') return;

    it('shed what comes beyond what may wait', async () => {
      const queueId = freshQueueId();
      const calls = await Promise.allSettled(users(25_000).map((name) => queue.enter(name, queueId)));
      const shed = calls.filter((call) => call.status === 'rejected');
      expect(shed.length).toBeGreaterThan(0);
      for (const { reason } of shed)
        expect(reason).toMatchObject({ code: 'OVERLOADED', headers: { 'retry-after': '1' } });
      expect(await queue.settings(queueId)).toMatchObject({ active: 3, waiting: 25_000 - shed.length - 3 });
    });
  });
}

describe('estimates', () => {
  const stats = fc.record({
    cap: fc.nat(1_000),
    active: fc.nat(1_000),
    activeSeconds: fc.integer({ min: 1, max: 86_400 }),
    servingTicket: fc.nat(20_000),
    admittedLastMinute: fc.nat(10_000),
  });
  const at = (figures: object, position: number) => waitSeconds(figures as Parameters<typeof waitSeconds>[0], position);

  it('grow with the position, from 0 at the door', () => {
    const property = fc.property(stats, fc.nat(100_000), fc.nat(1_000), (figures, position, further) => {
      expect(at(figures, 0)).toBe(0);
      expect(at(figures, position + further)).toBeGreaterThanOrEqual(at(figures, position));
      expect(Number.isSafeInteger(at(figures, position))).toBe(true);
    });
    fc.assert(property);
  });

  it('take no room that filled up for the pace of the line, and slots that are given on for it', () => {
    const opened = { cap: 50, active: 50, activeSeconds: 300, servingTicket: 50, admittedLastMinute: 50 };
    expect(at(opened, 100)).toBe(600);
    expect(at({ ...opened, servingTicket: 80, admittedLastMinute: 80 }, 100)).toBe(200);
    expect(at({ ...opened, servingTicket: 130, admittedLastMinute: 40 }, 100)).toBe(150);
    expect(at({ ...opened, servingTicket: 9_000, admittedLastMinute: 0 }, 100)).toBe(600);
  });

  it('have clients ask often near the door and seldom at the back, never more than once a second', () => {
    expect(pollAfterSeconds('WAITING', 0)).toBe(1);
    expect(pollAfterSeconds('WAITING', 200)).toBe(10);
    expect(pollAfterSeconds('WAITING', 3_600)).toBe(30);
    expect(pollAfterSeconds('ACTIVE', 0)).toBe(10);
  });
});
