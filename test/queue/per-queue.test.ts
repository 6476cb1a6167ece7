import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PerQueue } from '../../server/queue/per-queue.ts';

const MOST_WAITING = 5;

it('does not count those who were refused for the time they would wait among those who wait', async () => {
  const held = Promise.withResolvers<void>();
  const options = { maxBatchItems: 1, maxCallsInFlight: 1, maxWaitingItems: MOST_WAITING, longestWaitMilliseconds: 1 };
  const queues = new PerQueue(
    { ...options, overloaded: () => new Error('overloaded') },
    async (items: { queueId: string }[]) => {
      await held.promise;
      return items.map(({ queueId }) => queueId);
    },
  );
  const [underWay, next] = [queues.add({ queueId: 'slow' }), queues.add({ queueId: 'slow' })];
  await sleep(20);
  for (let n = 0; n < 2 * MOST_WAITING; n++)
    await expect(queues.add({ queueId: 'slow' })).rejects.toThrow('overloaded');
  const elsewhere = Array.from({ length: MOST_WAITING - 2 }, (_, n) => queues.add({ queueId: `other-${n}` }));
  held.resolve();
  expect(await Promise.all([underWay, next, ...elsewhere])).toEqual(['slow', 'slow', 'other-0', 'other-1', 'other-2']);
});
