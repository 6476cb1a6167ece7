import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Actors, range, short, users } from '../actors.ts';
import { FRESH } from '../lines.ts';

const SEED = 'c0ffee'.padEnd(64, '0');
const OTHER_SEED = 'decade'.padEnd(64, '0');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Users in the order that a seed gives to their tickets, as plainly as it can be said. */
export function inDrawnOrder(seed: string, places: readonly { userId: string; ticket: number }[]): string[] {
  const lots = places.map(({ userId, ticket }) => ({ userId, lot: sha256(`${seed}:${ticket}`) }));
  return lots.sort((a, b) => (a.lot < b.lot ? -1 : 1)).map(({ userId }) => userId);
}

export function draws(act: () => Actors): void {
  describe('a pre-queue that is drawn', () => {
    const begin = (queue: Actors, seed = SEED) => queue.configure({ state: 'PRE_QUEUE' }, seed);

    it('is committed to before anybody enters, and tells nothing of its order until it opens', async () => {
      const queue = act();
      await begin(queue);
      const [draw] = await queue.draws();
      expect(draw).toMatchObject({ number: 1, commitment: sha256(SEED), lastTicket: null, revealedAt: null });
      await queue.enter(...users(5));
      expect(await queue.where(...users(5))).toEqual([5, 5, 5, 5, 5]);
      await queue.leave('user-2');
      expect(await queue.where('user-1', 'user-5')).toEqual([4, 4]);
      expect(await queue.tick()).toEqual([]);
      expect(await queue.stats()).toMatchObject({ active: 0, waiting: 4, servingTicket: 0 });
    });

    it('closes the door before anybody else goes in', async () => {
      const queue = act();
      await queue.enter(...users(8));
      await queue.age(FRESH.activeSeconds + 100);
      await begin(queue);
      expect(await queue.where(...users(5, 4))).toEqual([1, 2, 3, 4, 5]);
      expect(await queue.stats()).toMatchObject({ active: 0, waiting: 5, servingTicket: FRESH.cap });
    });

    it('opens in the order of the seed, later ones behind in the order they come', async () => {
      const queue = act();
      await begin(queue);
      const entered = await queue.enter(...users(200));
      await queue.configure({ state: 'OPEN' });
      const order = inDrawnOrder(SEED, entered);
      expect(order).not.toEqual(users(200));
      expect(await queue.where(...order)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', ...range(1, 197)]);
      expect((await queue.enter('late-1', 'late-2', ...users(200))).slice(0, 2).map(short)).toEqual([198, 199]);
      const places = await queue.places(...order, 'late-1', 'late-2');
      const [first] = places;
      expect(places.map((place) => place?.ticket)).toEqual(range(201, 402));
      expect(await queue.stats()).toMatchObject({ active: 3, waiting: 199, servingTicket: (first?.ticket ?? 0) + 2 });
      const [draw] = await queue.draws();
      expect(draw).toMatchObject({ seed: SEED, commitment: sha256(SEED), firstTicket: 1, lastTicket: 200 });
      await queue.leave(order[0] as string, order[1] as string);
      expect(await queue.where(...order.slice(2, 7))).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 1, 2]);
    });

    it('leaves those in front who waited before, and drops those out who left', async () => {
      const queue = act();
      await queue.configure({ state: 'PAUSED' });
      await queue.enter('early-1', 'early-2');
      await begin(queue);
      expect(await queue.where('early-1', 'early-2')).toEqual([1, 2]);
      const entered = await queue.enter(...users(20));
      await queue.leave('user-3', 'user-9', 'early-1');
      await queue.configure({ state: 'OPEN', cap: 1 });
      const order = inDrawnOrder(SEED, entered).filter((user) => user !== 'user-3' && user !== 'user-9');
      expect(await queue.where('early-2', ...order)).toEqual(['ACTIVE', ...range(1, 18)]);
    });

    it('takes no other seed while one is pending, and another one after', async () => {
      const queue = act();
      await begin(queue);
      const entered = await queue.enter(...users(20));
      await begin(queue, OTHER_SEED);
      expect(await queue.draws()).toHaveLength(1);
      await queue.configure({ state: 'PAUSED' });
      await begin(queue, OTHER_SEED);
      await queue.configure({ state: 'OPEN', cap: 0 });
      expect(await queue.where(...inDrawnOrder(SEED, entered))).toEqual(range(1, 20));
      await begin(queue, OTHER_SEED);
      const more = await queue.enter(...users(20, 21));
      await queue.configure({ state: 'OPEN' });
      const order = [...inDrawnOrder(SEED, entered), ...inDrawnOrder(OTHER_SEED, more)];
      expect(await queue.where(...order)).toEqual(range(1, 40));
      expect((await queue.draws()).map(({ number, seed }) => [number, seed])).toEqual([
        [2, OTHER_SEED],
        [1, SEED],
      ]);
    });

    it('of nobody is over when it opens', async () => {
      const queue = act();
      await begin(queue);
      await queue.configure({ state: 'OPEN' });
      expect((await queue.enter('a', 'b', 'c', 'd')).map(short)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 1]);
      expect((await queue.places('d'))[0]?.ticket).toBe(4);
    });

    it('keeps a promise to be next', async () => {
      const queue = act();
      await begin(queue);
      const entered = await queue.enter(...users(20));
      const last = inDrawnOrder(SEED, entered)[19] as string;
      await queue.line.store.prioritise([{ userId: last, queueId: queue.queueId }]);
      await queue.configure({ state: 'OPEN', cap: 1 });
      expect(await queue.where(last)).toEqual(['ACTIVE']);
    });

    it('is not there without a seed', async () => {
      const queue = act();
      await queue.configure({ state: 'PRE_QUEUE' });
      await queue.enter(...users(10));
      await queue.configure({ state: 'OPEN' });
      expect(await queue.where(...users(10))).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', ...range(1, 7)]);
      expect(await queue.draws()).toEqual([]);
      expect(await queue.stats()).toMatchObject({ servingTicket: FRESH.cap });
    });
  });
}
