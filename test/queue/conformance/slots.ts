import { describe, expect, it } from 'vitest';
import { type Actors, short, users } from '../actors.ts';
import { FRESH } from '../lines.ts';

const { activeSeconds, noShowSeconds } = FRESH;

export function slots(act: () => Actors): void {
  describe('slots', () => {
    it('are over when their time is, before any tick has noticed', async () => {
      const queue = act();
      await queue.enter('a', 'b', 'c', 'd');
      await queue.age(activeSeconds - 60);
      expect(await queue.where('a', 'd')).toEqual(['ACTIVE', 1]);
      await queue.age(120);
      const [ended] = await queue.places('a');
      expect(ended).toMatchObject({ status: 'EXPIRED', position: 0 });
      expect(ended?.expiresAt?.getTime()).toBeLessThan(Date.now());
      expect(await queue.stats()).toMatchObject({ active: 0, waiting: 1 });
      expect(await queue.ask('a')).toEqual(['EXPIRED']);
    });

    it('go to those who wait at the next tick, which says whose place changed', async () => {
      const queue = act();
      const [a, b, c, d] = await queue.enter('a', 'b', 'c', 'd');
      await queue.age(activeSeconds + 10);
      const changes = await queue.tick();
      const told = changes.map(({ userId, status, ticket }) => [userId, status, ticket]);
      expect(told.slice(0, 3).sort()).toEqual([a, b, c].map((p) => [p?.userId, 'EXPIRED', p?.ticket]));
      expect(told.slice(3)).toEqual([['d', 'ACTIVE', d?.ticket]]);
      expect(changes.every((change) => change.queueId === queue.queueId)).toBe(true);
      const [place] = await queue.places('d');
      expect(place?.expiresAt).toEqual(changes.at(-1)?.expiresAt);
      expect(await queue.tick()).toEqual([]);
    });

    it('are given on when nobody shows up to them in time', async () => {
      const queue = act();
      await queue.configure({ cap: 2 });
      await queue.enter('a', 'b', 'absent', 'present', 'next', 'last');
      await queue.leave('a', 'b');
      expect(await queue.ask('present')).toEqual(['ACTIVE']);
      await queue.age(noShowSeconds - 60);
      expect(await queue.tick()).toEqual([]);
      await queue.age(120);
      expect((await queue.tick()).map(({ userId, status }) => [userId, status])).toEqual([
        ['absent', 'EXPIRED'],
        ['next', 'ACTIVE'],
      ]);
      expect(await queue.where('absent', 'present', 'next', 'last')).toEqual(['EXPIRED', 'ACTIVE', 'ACTIVE', 1]);
    });

    it('end at the moment they were given on, not at the time once promised', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      await queue.enter('a', 'absent');
      await queue.leave('a');
      await queue.age(noShowSeconds + 10);
      const [change] = await queue.tick();
      expect(change).toMatchObject({ userId: 'absent', status: 'EXPIRED' });
      expect(Math.abs((change?.expiresAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it('are kept by whoever shows up late but before anybody noticed', async () => {
      const queue = act();
      await queue.configure({ cap: 2 });
      await queue.enter('a', 'b', 'asks', 'enters', 'next');
      await queue.leave('a', 'b');
      await queue.age(noShowSeconds + 10);
      expect(await queue.ask('asks')).toEqual(['ACTIVE']);
      expect((await queue.enter('enters')).map(short)).toEqual(['ACTIVE']);
      expect(await queue.tick()).toEqual([]);
      expect(await queue.where('asks', 'enters', 'next')).toEqual(['ACTIVE', 'ACTIVE', 1]);
    });

    it('need no showing up from whoever got one at the door', async () => {
      const queue = act();
      await queue.enter('a');
      await queue.age(noShowSeconds + 10);
      expect(await queue.tick()).toEqual([]);
      expect(await queue.where('a')).toEqual(['ACTIVE']);
    });

    it('are remembered for ten minutes after their end', async () => {
      const queue = act();
      await queue.enter('a');
      await queue.age(activeSeconds + 10);
      await queue.tick();
      await queue.age(500);
      await queue.tick();
      expect(await queue.where('a')).toEqual(['EXPIRED']);
      await queue.age(200);
      await queue.tick();
      expect(await queue.where('a')).toEqual([null]);
    });

    it('outlast a clock that was set back by no more than their own length', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      await queue.enter('a', 'b');
      await queue.age(-86_400);
      await queue.tick();
      expect(await queue.where('a', 'b')).toEqual(['ACTIVE', 1]);
      await queue.age(activeSeconds + 10);
      await queue.tick();
      expect(await queue.where('a', 'b')).toEqual(['EXPIRED', 'ACTIVE']);
    });

    it('are ended, given and swept no more than a thousand at a time', async () => {
      const queue = act();
      await queue.configure({ cap: 0 });
      await queue.enter(...users(2_500));
      await queue.configure({ cap: 2_500 });
      expect(await queue.stats()).toMatchObject({ active: 1_000, waiting: 1_500 });
      expect(await queue.tick()).toHaveLength(1_000);
      expect(await queue.tick()).toHaveLength(500);
      expect(await queue.tick()).toHaveLength(0);
      await queue.age(activeSeconds + 10);
      for (const ended of [1_000, 1_000, 500, 0]) expect(await queue.tick()).toHaveLength(ended);
      await queue.age(700);
      const left = async () => (await queue.where(...users(2_500))).filter((place) => place !== null).length;
      for (const remembered of [1_500, 500, 0]) {
        await queue.tick();
        expect(await left()).toBe(remembered);
      }
    });
  });
}
