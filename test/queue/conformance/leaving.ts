import { describe, expect, it } from 'vitest';
import { type Actors, range, short, users } from '../actors.ts';
import { FRESH } from '../lines.ts';

export function leaving(act: () => Actors): void {
  describe('leaving', () => {
    it('gives a slot to the next in line within the same call', async () => {
      const queue = act();
      await queue.enter('a', 'b', 'c', 'd', 'e');
      expect(await queue.leave('b')).toEqual([true]);
      expect(await queue.where('a', 'b', 'c', 'd', 'e')).toEqual(['ACTIVE', null, 'ACTIVE', 'ACTIVE', 1]);
      expect(await queue.stats()).toMatchObject({ active: 3, waiting: 1 });
    });

    it('moves those behind up', async () => {
      const queue = act();
      await queue.enter('a', 'b', 'c', 'd', 'e', 'f', 'g');
      expect(await queue.leave('e')).toEqual([true]);
      expect(await queue.where('d', 'e', 'f', 'g')).toEqual([1, null, 2, 3]);
      expect(await queue.stats()).toMatchObject({ active: 3, waiting: 3 });
    });

    it('keeps positions 1 to n, each once and in order of tickets, whoever leaves', async () => {
      const queue = act();
      await queue.configure({ cap: 5 });
      await queue.enter(...users(400));
      await queue.leave(...users(400).filter((_, i) => i % 3 === 1));
      const staying = users(400).filter((_, i) => i % 3 !== 1);
      await queue.enter(...users(50, 401));
      const places = await queue.places(...staying, ...users(50, 401));
      const waiting = places.filter((place) => place?.status === 'WAITING');
      expect(waiting.map(short)).toEqual(range(1, waiting.length));
      const tickets = waiting.map((place) => place?.ticket ?? 0);
      expect(tickets).toEqual(tickets.toSorted((a, b) => a - b));
      expect(await queue.stats()).toMatchObject({ active: 5, waiting: waiting.length });
    });

    it('says whether there was a place', async () => {
      const queue = act();
      expect(await queue.leave('a')).toEqual([false]);
      await queue.enter('a', 'b', 'c', 'd');
      expect(await queue.leave('a', 'x', 'd')).toEqual([true, false, true]);
      expect(await queue.leave('a')).toEqual([false]);
      expect(await queue.where('a', 'b', 'c', 'd')).toEqual([null, 'ACTIVE', 'ACTIVE', null]);
    });

    it('takes a slot that has ended off the record', async () => {
      const queue = act();
      await queue.enter('a', 'b');
      await queue.age(FRESH.activeSeconds + 10);
      expect(await queue.leave('a')).toEqual([true]);
      await queue.tick();
      expect(await queue.leave('b')).toEqual([true]);
      expect(await queue.where('a', 'b')).toEqual([null, null]);
    });

    it('means one place when it names a ticket, never a later one of the same user', async () => {
      const queue = act();
      const { store } = queue.line;
      const { queueId } = queue;
      const [old] = await queue.enter('a');
      await queue.leave('a');
      const [present] = await queue.enter('a');
      expect(await store.leave([{ userId: 'a', queueId, ticket: old?.ticket as number }])).toEqual([false]);
      expect(await queue.places('a')).toEqual([present]);
      expect(await store.leave([{ userId: 'a', queueId, ticket: present?.ticket as number }])).toEqual([true]);
      expect(await queue.where('a')).toEqual([null]);
    });

    it('tells a stale ticket from the present one within one call', async () => {
      const queue = act();
      const { queueId } = queue;
      const [old] = await queue.enter('a');
      await queue.leave('a');
      const [present] = await queue.enter('a');
      const asking = (place = old) => ({ userId: 'a', queueId, ticket: place?.ticket as number });
      expect(await queue.line.store.leave([asking(old), asking(present), asking(old)])).toEqual([false, true, false]);
    });

    it('gives a user who leaves and comes back a new place at the back', async () => {
      const queue = act();
      await queue.enter('a', 'b', 'c', 'd', 'e', 'f');
      await queue.leave('d');
      expect((await queue.enter('d')).map(short)).toEqual([3]);
    });
  });
}
