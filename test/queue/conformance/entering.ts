import { describe, expect, it } from 'vitest';
import { type Actors, range, short, users } from '../actors.ts';
import { FRESH } from '../lines.ts';

export function entering(act: () => Actors): void {
  describe('entering', () => {
    it('fills the slots, then lines people up in the order they came', async () => {
      const queue = act();
      await queue.configure({ cap: 50 });
      const places = await queue.enter(...users(300));
      expect(places.slice(0, 50).every((place) => place.status === 'ACTIVE' && place.position === 0)).toBe(true);
      expect(places.slice(50).map(short)).toEqual(range(1, 250));
      expect(places.map((place) => place.userId)).toEqual(users(300));
      const tickets = places.map((place) => place.ticket);
      expect(tickets).toEqual([...new Set(tickets)].sort((a, b) => a - b));
    });

    it('makes an unknown queue, with the settings of a new one', async () => {
      const queue = act();
      expect((await queue.enter('a', 'b', 'c', 'd')).map(short)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 1]);
      expect(await queue.stats()).toMatchObject({ queueId: queue.queueId, state: 'OPEN', ...FRESH });
    });

    it('says when a slot ends', async () => {
      const queue = act();
      const before = Date.now();
      const [inside, , , waiting] = await queue.enter('a', 'b', 'c', 'd');
      const until = inside?.expiresAt?.getTime() ?? 0;
      // The store's clock is not ours; they are on one machine here.
      expect(Math.abs(until - before - FRESH.activeSeconds * 1_000)).toBeLessThan(60_000);
      expect(waiting?.expiresAt).toBeNull();
    });

    it('gives the same user the same place, however often they come', async () => {
      const queue = act();
      const first = await queue.enter('a', 'b', 'c', 'd', 'e');
      expect(await queue.enter('e', 'd', 'c', 'b', 'a')).toEqual(first.toReversed());
      expect((await queue.enter('f')).map(short)).toEqual([3]);
      expect(await queue.stats()).toMatchObject({ active: 3, waiting: 3 });
    });

    it('serves those who wait before a newcomer, when a slot has become free unnoticed', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      await queue.enter('inside', 'first', 'second');
      await queue.age(FRESH.activeSeconds + 10);
      expect((await queue.enter('newcomer')).map(short)).toEqual([2]);
      expect(await queue.where('inside', 'first', 'second')).toEqual(['EXPIRED', 'ACTIVE', 1]);
    });

    it('sends whoever comes again after their slot to the back', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      const [before] = await queue.enter('a', 'b', 'c');
      await queue.age(FRESH.activeSeconds + 10);
      const [again] = await queue.enter('a');
      expect(short(again ?? null)).toBe(2);
      expect(again?.ticket).toBeGreaterThan(before?.ticket ?? Number.MAX_VALUE);
      expect(await queue.where('b', 'c')).toEqual(['ACTIVE', 1]);
    });

    it('sends them to the back too when a tick noticed the end of their slot before they did', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      await queue.enter('a', 'b', 'c');
      await queue.age(FRESH.activeSeconds + 10);
      await queue.tick();
      expect(await queue.where('a')).toEqual(['EXPIRED']);
      expect((await queue.enter('a')).map(short)).toEqual([2]);
    });

    it('lets whoever comes again alone straight back in', async () => {
      const queue = act();
      await queue.enter('a');
      await queue.age(FRESH.activeSeconds + 10);
      expect((await queue.enter('a')).map(short)).toEqual(['ACTIVE']);
    });

    it('keeps queues apart', async () => {
      const one = act();
      const two = one.other();
      await one.enter('a', 'b', 'c', 'd', 'e');
      expect((await two.enter('e', 'd', 'f', 'a')).map(short)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 1]);
      await two.leave('e');
      expect(await one.where('a', 'e')).toEqual(['ACTIVE', 2]);
      expect(await two.where('a', 'e')).toEqual(['ACTIVE', null]);
    });
  });
}
