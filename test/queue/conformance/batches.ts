import { describe, expect, it } from 'vitest';
import { type Actors, short } from '../actors.ts';
import { FRESH } from '../lines.ts';

export function batches(act: () => Actors): void {
  describe('one call', () => {
    it('may be about nobody', async () => {
      const { store } = act().line;
      expect(await store.enter([])).toEqual([]);
      expect(await store.status([], true)).toEqual([]);
      expect(await store.leave([])).toEqual([]);
      expect(await store.admit([])).toEqual([]);
      expect(await store.stats([])).toEqual([]);
    });

    it('may name a user several times, who still has one place', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      const places = await queue.enter('a', 'b', 'a', 'c', 'b', 'b');
      expect(places.map(short)).toEqual(['ACTIVE', 1, 'ACTIVE', 2, 1, 1]);
      expect(places.map((place) => place.userId)).toEqual(['a', 'b', 'a', 'c', 'b', 'b']);
      expect(await queue.where('b', 'x', 'b')).toEqual([1, null, 1]);
      expect(await queue.stats()).toMatchObject({ active: 1, waiting: 2 });
      expect(await queue.leave('a', 'a')).toEqual([true, true]);
      expect(await queue.stats()).toMatchObject({ active: 1, waiting: 1 });
    });

    it('may name the same user again after their slot ended, who gets one new place', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      await queue.enter('a', 'b');
      await queue.age(FRESH.activeSeconds + 10);
      const places = await queue.enter('a', 'a', 'c');
      expect(places.map(short)).toEqual([1, 1, 2]);
      expect(places[0]?.ticket).toBe(places[1]?.ticket);
    });

    it('may be about several queues, and answers in the order of the requests', async () => {
      const one = act();
      const two = one.other();
      const { store } = one.line;
      await one.configure({ cap: 1 });
      await two.configure({ cap: 2 });
      const mixed = [
        { userId: 'a', queueId: two.queueId },
        { userId: 'a', queueId: one.queueId },
        { userId: 'b', queueId: one.queueId },
        { userId: 'b', queueId: two.queueId },
        { userId: 'c', queueId: two.queueId },
        { userId: 'c', queueId: one.queueId },
      ];
      const places = await store.enter(mixed);
      expect(places.map(({ userId, queueId }) => ({ userId, queueId }))).toEqual(mixed);
      expect(places.map(short)).toEqual(['ACTIVE', 'ACTIVE', 1, 'ACTIVE', 1, 2]);
      const stranger = { userId: 'stranger', queueId: one.queueId };
      expect(await store.status([...mixed, stranger], false)).toEqual([...places, null]);
      expect(await store.leave([mixed[1], stranger, mixed[0]] as typeof mixed)).toEqual([true, false, true]);
      expect(await one.where('a', 'b', 'c')).toEqual([null, 'ACTIVE', 1]);
      expect(await two.where('a', 'b', 'c')).toEqual([null, 'ACTIVE', 'ACTIVE']);
    });

    it('tells users and queues apart whose names run into each other', async () => {
      const one = act();
      const { store } = one.line;
      const requests = [
        { userId: 'b:c', queueId: `${one.queueId}:a` },
        { userId: 'c', queueId: `${one.queueId}:a:b` },
      ];
      await store.enter([requests[0]] as typeof requests);
      expect((await store.status(requests, false)).map(short)).toEqual(['ACTIVE', null]);
      expect(await store.leave(requests.toReversed())).toEqual([false, true]);
    });

    it('ticks the queues that it names, or all of them', async () => {
      const one = act();
      const two = one.other();
      const { store } = one.line;
      for (const queue of [one, two]) {
        await queue.enter('a', 'b', 'c', 'd');
        await queue.age(FRESH.activeSeconds + 10);
      }
      expect((await store.admit([one.queueId])).map(({ queueId }) => queueId)).toEqual(Array(4).fill(one.queueId));
      expect(await two.where('d')).toEqual([1]);
      const mine = (await store.admit()).filter(({ queueId }) => [one.queueId, two.queueId].includes(queueId));
      expect(mine.map(({ queueId }) => queueId)).toEqual(Array(4).fill(two.queueId));
      expect(await two.where('d')).toEqual(['ACTIVE']);
    });

    it('takes names of every allowed kind and length', async () => {
      const queue = act();
      const names = ['x'.repeat(64), 'a.b_c:d@e-f', '0', '-1', 'NULL', 'Ａ', 'user 1', "o'neil"];
      await queue.configure({ cap: names.length });
      expect((await queue.enter(...names)).map(({ userId }) => userId)).toEqual(names);
      expect(await queue.where(...names)).toEqual(names.map(() => 'ACTIVE'));
      expect(await queue.leave(...names)).toEqual(names.map(() => true));
    });
  });
}
