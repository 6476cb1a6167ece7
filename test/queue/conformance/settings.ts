import { describe, expect, it } from 'vitest';
import { type Actors, short, users } from '../actors.ts';
import { FRESH } from '../lines.ts';

export function settings(act: () => Actors): void {
  describe('settings', () => {
    it('make a queue, and keep what a change does not name', async () => {
      const queue = act();
      const { queueId } = queue;
      const made = await queue.configure({ activeSeconds: 30, noShowSeconds: 20, releaseOnConfirm: true });
      const expected = { queueId, cap: FRESH.cap, state: 'OPEN', activeSeconds: 30, noShowSeconds: 20 };
      expect(made).toEqual({ ...expected, releaseOnConfirm: true });
      expect(await queue.configure({ state: 'PAUSED' })).toEqual({ ...made, state: 'PAUSED' });
      expect(await queue.configure({ cap: 7, releaseOnConfirm: false })).toEqual({
        ...made,
        state: 'PAUSED',
        cap: 7,
        releaseOnConfirm: false,
      });
      expect(await queue.configure({})).toEqual({ ...made, state: 'PAUSED', cap: 7, releaseOnConfirm: false });
    });

    it('of a lower cap evict nobody and admit nobody until enough have gone', async () => {
      const queue = act();
      await queue.enter('a', 'b', 'c', 'd', 'e');
      await queue.configure({ cap: 1 });
      expect(await queue.where('a', 'b', 'c', 'd')).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 1]);
      await queue.leave('a', 'b');
      expect(await queue.where('c', 'd')).toEqual(['ACTIVE', 1]);
      await queue.leave('c');
      expect(await queue.where('d', 'e')).toEqual(['ACTIVE', 1]);
    });

    it('of a higher cap admit at once, in order', async () => {
      const queue = act();
      await queue.enter(...users(10));
      await queue.configure({ cap: 6 });
      expect(await queue.where('user-4', 'user-6', 'user-7', 'user-10')).toEqual(['ACTIVE', 'ACTIVE', 1, 4]);
      expect(await queue.stats()).toMatchObject({ active: 6, waiting: 4, cap: 6 });
    });

    it('of a cap of nobody let nobody in', async () => {
      const queue = act();
      await queue.configure({ cap: 0 });
      expect((await queue.enter('a', 'b')).map(short)).toEqual([1, 2]);
      expect(await queue.tick()).toEqual([]);
    });

    it.each(['PAUSED', 'PRE_QUEUE'] as const)('of the state %s admit nobody, and slots still end', async (state) => {
      const queue = act();
      await queue.enter('a', 'b');
      await queue.configure({ state });
      expect((await queue.enter('c', 'd', 'e')).map(short)).toEqual([1, 2, 3]);
      await queue.leave('a');
      await queue.tick();
      expect(await queue.where('b', 'c')).toEqual(['ACTIVE', 1]);
      await queue.age(FRESH.activeSeconds + 10);
      await queue.tick();
      expect(await queue.where('b', 'c', 'd', 'e')).toEqual(['EXPIRED', 1, 2, 3]);
      await queue.configure({ state: 'OPEN' });
      expect(await queue.where('c', 'd', 'e')).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
    });

    it('of a slot hold for those given from then on', async () => {
      const queue = act();
      await queue.configure({ cap: 1 });
      await queue.enter('a', 'b');
      await queue.configure({ activeSeconds: 100 });
      await queue.age(110);
      expect(await queue.where('a')).toEqual(['ACTIVE']);
      await queue.leave('a');
      await queue.ask('b');
      await queue.age(110);
      expect(await queue.where('b')).toEqual(['EXPIRED']);
    });

    it('come with figures', async () => {
      const queue = act();
      const { store } = queue.line;
      await queue.enter(...users(3));
      const [third] = await queue.places('user-3');
      expect(await queue.stats()).toEqual({
        queueId: queue.queueId,
        ...FRESH,
        state: 'OPEN',
        releaseOnConfirm: false,
        active: 3,
        waiting: 0,
        servingTicket: third?.ticket,
        admittedLastMinute: 0,
      });
      await queue.enter(...users(3, 4));
      expect(await queue.stats()).toMatchObject({ waiting: 3, servingTicket: third?.ticket });
      await queue.age(70);
      await queue.leave('user-1');
      const [fourth] = await queue.places('user-4');
      expect(await queue.stats()).toMatchObject({ waiting: 2, servingTicket: fourth?.ticket, admittedLastMinute: 1 });
      expect(await store.stats(['no-such-queue', queue.queueId])).toEqual([null, await queue.stats()]);
    });

    it('start with nobody ever admitted', async () => {
      const queue = act();
      await queue.configure({ state: 'PRE_QUEUE' });
      await queue.enter('a');
      expect(await queue.stats()).toMatchObject({ active: 0, waiting: 1, servingTicket: 0, admittedLastMinute: 0 });
    });
  });
}
