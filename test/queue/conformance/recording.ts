import { describe, expect, it } from 'vitest';
import { type Actors, range, users } from '../actors.ts';
import { checked, entriesOf, inShort } from '../recorded.ts';
import { inDrawnOrder } from './draws.ts';

export function recording(act: () => Actors): void {
  describe('the record of admissions', () => {
    const entries = async ({ line, queueId }: Actors) => {
      await line.record.append();
      return entriesOf(line.record, queueId);
    };

    it('has everybody who was admitted, once, in order, whichever call let them in', async () => {
      const queue = act();
      expect(await entries(queue)).toEqual([]);
      await queue.enter(...users(8));
      expect(inShort(await entries(queue))).toEqual([1, 2, 3]);
      await queue.leave('user-2', 'user-5');
      await queue.configure({ cap: 4 });
      expect(inShort(await entries(queue))).toEqual([1, 2, 3, 4, 6]);
      await queue.age(100_000);
      await queue.tick();
      await queue.enter('user-2');
      const all = await entries(queue);
      expect(inShort(all)).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
      expect(all.map(({ n }) => n)).toEqual(range(1, 8));
      expect(await entries(queue)).toEqual(all);
    });

    it('says who was let go first', async () => {
      const queue = act();
      await queue.enter(...users(6));
      await queue.line.store.prioritise([{ userId: 'user-6', queueId: queue.queueId }]);
      await queue.leave('user-1', 'user-2');
      expect(inShort(await entries(queue))).toEqual([1, 2, 3, '6 PRIORITISED', 4]);
      const { later } = await checked(queue.line.record, queue.queueId, 4);
      expect(later).toEqual({ prioritised: 1, afterLoss: 0, perhapsLeft: 0, unexplained: 0 });
    });

    it('has drawn tickets, in the order of the draw', async () => {
      const queue = act();
      const seed = 'facade'.padEnd(64, '0');
      await queue.configure({ state: 'PRE_QUEUE' }, seed);
      const entered = await queue.enter(...users(20));
      expect(await entries(queue)).toEqual([]);
      await queue.configure({ state: 'OPEN', cap: 5 });
      const order = inDrawnOrder(seed, entered);
      expect((await queue.places(...order.slice(0, 5))).map((place) => place?.ticket)).toEqual(range(21, 25));
      expect(inShort(await entries(queue))).toEqual(range(21, 25));
    });

    it('goes on from page to page, each bound to the one before', async () => {
      const queue = act();
      await queue.configure({ cap: 600 });
      for (const from of [1, 301]) await queue.enter(...users(300, from));
      const all = await entries(queue);
      expect(inShort(all)).toEqual(range(1, 600));
      expect((await queue.line.record.page(queue.queueId, 90)).items).toHaveLength(500);
      const beyond = await queue.line.record.page(queue.queueId, 5_000);
      expect(beyond).toEqual({ after: { n: 600, hash: all[599]?.hash }, items: [] });
    });

    it('has each once, in order, while several append and people come and go', async () => {
      const queue = act();
      const elsewhere = await queue.line.elsewhere();
      const records = [queue.line.record, elsewhere?.record ?? queue.line.record];
      let going = true;
      const appending = records.map(async (record) => {
        while (going) await record.append();
      });
      const admitted: number[] = [];
      for (let from = 1; from <= 160; from += 8) {
        await queue.enter(...users(8, from));
        const inside = (await queue.places(...users(from + 7))).flatMap((place) =>
          place?.status === 'ACTIVE' ? [place] : [],
        );
        admitted.push(...inside.map(({ ticket }) => ticket));
        await queue.leave(...inside.map(({ userId }) => userId));
      }
      going = false;
      await Promise.all(appending);
      await elsewhere?.dispose();
      const recorded = inShort(await entries(queue)) as number[];
      expect(recorded.slice(0, admitted.length)).toEqual(admitted);
      expect(recorded).toEqual(range(1, recorded.length));
    });
  });
}
