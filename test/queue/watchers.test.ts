import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Queue } from '../../server/queue/queue.ts';
import type { QueueEvent } from '../../server/queue/watched-queue.ts';
import { users } from './actors.ts';
import { LINES } from './every-line.ts';
import { FRESH, freshQueueId, type Line, type LineAccess } from './lines.ts';

/** Generous: it says "it comes", not "it comes soon". */
const HEARD = { timeout: 20_000, interval: 5 };

/** Everything one listener has heard of a place. */
function listenTo(queue: Queue, userId: string, queueId: string, ticket: number) {
  const events: QueueEvent[] = [];
  const stop = queue.watch(userId, queueId, ticket, (event) => events.push(event));
  const heard = () => events.map(({ event, place }) => (event === 'position' ? place.position : event));
  return {
    events,
    heard,
    stop,
    hears: (expected: unknown[]) => vi.waitFor(() => expect(heard()).toEqual(expected), HEARD),
  };
}

for (const target of LINES) {
  describe.skipIf(target.missing)(`listening to the line in ${target.name}`, () => {
    let line: Line;
    let other: LineAccess | null;
    let here: Queue;
    let elsewhere: Queue | null;
    beforeAll(async () => {
      line = await target.open();
      other = await line.elsewhere();
      here = new Queue(line.store, line.signals);
      elsewhere = other && new Queue(other.store, other.signals);
    });
    afterAll(async () => {
      await other?.dispose();
      await line?.dispose();
    });

    async function filled(cap: number, names: string[]) {
      const queueId = freshQueueId();
      await here.configure(queueId, { cap });
      const places = await Promise.all(names.map((name) => here.enter(name, queueId)));
      return { queueId, ticketOf: (name: string) => places[names.indexOf(name)]?.ticket as number };
    }

    it('tells position, then active, then expired, each once', async () => {
      const { queueId, ticketOf } = await filled(1, ['a', 'b', 'c']);
      const c = listenTo(here, 'c', queueId, ticketOf('c'));
      await c.hears([2]);
      await here.leave('b', queueId);
      await c.hears([2, 1]);
      await here.leave('a', queueId);
      await c.hears([2, 1, 'active']);
      expect(c.events.at(-1)?.place).toMatchObject({ userId: 'c', queueId, status: 'ACTIVE', position: 0 });
      await line.age(queueId, FRESH.activeSeconds + 10);
      await here.tick();
      await c.hears([2, 1, 'active', 'expired']);
      // Whoever comes again is another place, which this listener hears nothing of.
      await here.enter('c', queueId);
      await here.tick();
      expect(c.heard()).toEqual([2, 1, 'active', 'expired']);
      c.stop();
    });

    it('tells who leaves that their place is over, also when they come back at once', async () => {
      const { queueId, ticketOf } = await filled(1, ['a', 'b', 'c']);
      const b = listenTo(here, 'b', queueId, ticketOf('b'));
      const c = listenTo(here, 'c', queueId, ticketOf('c'));
      await Promise.all([b.hears([1]), c.hears([2])]);
      await here.leave('b', queueId);
      await here.enter('b', queueId);
      await b.hears([1, 'expired']);
      await c.hears([2, 1]);
      for (const { stop } of [b, c]) stop();
    });

    it('tells whose ticket is not theirs any more at once', async () => {
      const { queueId, ticketOf } = await filled(1, ['a']);
      const stale = listenTo(here, 'a', queueId, ticketOf('a') + 1_000);
      await stale.hears(['expired']);
      stale.stop();
    });

    it('counts as showing up', async () => {
      const { queueId, ticketOf } = await filled(1, ['a', 'b', 'c']);
      const b = listenTo(here, 'b', queueId, ticketOf('b'));
      await b.hears([1]);
      await here.leave('a', queueId);
      await b.hears([1, 'active']);
      await line.age(queueId, FRESH.noShowSeconds + 10);
      await here.tick();
      expect(await here.status('b', queueId)).toMatchObject({ status: 'ACTIVE' });
      b.stop();
    });

    it('tells everybody of a draw, also whom it left at the position they were told before', async () => {
      const { queueId, ticketOf } = await filled(1, ['inside']);
      await here.configure(queueId, { state: 'PRE_QUEUE', shuffle: true });
      const names = ['a', 'b', 'c'];
      const waiting: Awaited<ReturnType<Queue['enter']>>[] = [];
      for (const name of names) waiting.push(await here.enter(name, queueId));
      const before = listenTo(here, 'inside', queueId, ticketOf('inside'));
      const listeners = waiting.map((place) =>
        listenTo(here, place?.userId as string, queueId, place?.ticket as number),
      );
      await Promise.all([before.hears(['active']), ...listeners.map(({ hears }) => hears([3]))]);
      await here.configure(queueId, { state: 'OPEN' });
      await vi.waitFor(async () => {
        await here.tick();
        for (const [i, { events }] of listeners.entries()) {
          const place = await here.status(names[i] as string, queueId);
          expect(place?.ticket).not.toBe(waiting[i]?.ticket);
          expect(events.at(-1)?.place).toMatchObject({ ticket: place?.ticket, position: place?.position });
        }
      }, HEARD);
      expect(before.heard()).toEqual(['active']);
      for (const { stop } of [before, ...listeners]) stop();
    });

    it('goes on for the others when one stops', async () => {
      const { queueId, ticketOf } = await filled(1, ['a', 'b', 'c']);
      const b = listenTo(here, 'b', queueId, ticketOf('b'));
      const c = listenTo(here, 'c', queueId, ticketOf('c'));
      await Promise.all([b.hears([1]), c.hears([2])]);
      b.stop();
      await here.leave('a', queueId);
      await c.hears([2, 1]);
      expect(b.heard()).toEqual([1]);
      c.stop();
    });

    it('tells more listeners than fit in one call', async () => {
      const names = users(600);
      const { queueId, ticketOf } = await filled(1, names);
      const listeners = names.map((name) => listenTo(here, name, queueId, ticketOf(name)));
      await Promise.all(listeners.map(({ hears }, i) => hears([i === 0 ? 'active' : i])));
      await here.leave('user-1', queueId);
      await Promise.all(
        listeners.map(({ hears }, i) => hears(i === 0 ? ['active', 'expired'] : i === 1 ? [1, 'active'] : [i, i - 1])),
      );
      for (const { stop } of listeners) stop();
    });

    if (!target.shared) return;

    it('tells what another process did, without a tick here', async () => {
      if (!elsewhere) throw new Error('this line must be reachable from elsewhere');
      const { queueId, ticketOf } = await filled(2, ['a', 'b', 'c', 'd']);
      const c = listenTo(here, 'c', queueId, ticketOf('c'));
      const d = listenTo(here, 'd', queueId, ticketOf('d'));
      await Promise.all([c.hears([1]), d.hears([2])]);
      await elsewhere.leave('a', queueId);
      await Promise.all([c.hears([1, 'active']), d.hears([2, 1])]);
      await elsewhere.configure(queueId, { cap: 3 });
      await d.hears([2, 1, 'active']);
      await line.age(queueId, FRESH.activeSeconds + 10);
      await elsewhere.tick();
      await Promise.all([c.hears([1, 'active', 'expired']), d.hears([2, 1, 'active', 'expired'])]);
      for (const { stop } of [c, d]) stop();
    });

    it('tells whom a newcomer elsewhere made the line move for', async () => {
      if (!elsewhere) throw new Error('this line must be reachable from elsewhere');
      const { queueId, ticketOf } = await filled(1, ['a', 'b']);
      const b = listenTo(here, 'b', queueId, ticketOf('b'));
      await b.hears([1]);
      await line.age(queueId, FRESH.activeSeconds + 10);
      await elsewhere.enter('newcomer', queueId);
      await b.hears([1, 'active']);
      b.stop();
    });
  });
}
