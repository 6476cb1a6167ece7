import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keysOf } from '../../server/queue/redis/keys.ts';
import type { Place, QueueStore } from '../../server/queue/store.ts';
import { sharedServer } from '../support/servers.ts';
import { Actors, range, users } from './actors.ts';
import { FRESH, type LineAccess } from './lines.ts';
import { openRedisLine, type RawRedis, type RedisLine, rawClient } from './redis-line.ts';

const PROCESSES = 4;
const redis = await sharedServer('redis');

/** Counts who is inside over a connection of its own, without a pause, for as long as it runs. */
async function mostInside(raw: RawRedis, queueId: string, meanwhile: () => Promise<unknown>): Promise<number> {
  const inside = keysOf(queueId)[2] as string;
  let running = true;
  let most = 0;
  const watching = (async () => {
    while (running) most = Math.max(most, Number(await raw.send(inside, ['ZCARD', inside])));
  })();
  try {
    await meanwhile();
  } finally {
    running = false;
    await watching;
  }
  return most;
}

// Several processes after one queue.
describe.skipIf(redis.missing)('racing for places in Redis', () => {
  let line: RedisLine;
  let processes: LineAccess[];
  let watcher: RawRedis;
  let queue: Actors;

  beforeAll(async () => {
    line = await openRedisLine(redis.url);
    processes = await Promise.all(range(1, PROCESSES).map(() => line.elsewhere()));
    watcher = await rawClient(redis.url);
  });
  afterAll(async () => {
    watcher?.destroy();
    await line?.dispose();
  });
  beforeEach(() => {
    queue = new Actors(line);
  });

  const storeOf = (i: number) => processes[i % PROCESSES]?.store as QueueStore;

  it('lets exactly the cap of 2,000 in who enter at once, and lines the others up in order of tickets', async () => {
    await queue.configure({ cap: 50 });
    const names = users(2_000);
    const enter = () => Promise.all(names.map((userId, i) => storeOf(i).enter([{ userId, queueId: queue.queueId }])));
    expect(await mostInside(watcher, queue.queueId, enter)).toBe(50);
    const places = (await queue.places(...names)) as Place[];
    const byTicket = places.toSorted((a, b) => a.ticket - b.ticket);
    expect(byTicket.map(({ ticket }) => ticket)).toEqual(range(1, 2_000));
    expect(byTicket.slice(0, 50).every(({ status }) => status === 'ACTIVE')).toBe(true);
    expect(byTicket.slice(50).map(({ position }) => position)).toEqual(range(1, 1_950));
    // Of one process, whoever came first has the lower ticket.
    for (const process of range(0, PROCESSES - 1)) {
      const mine = places.filter((_, i) => i % PROCESSES === process).map(({ ticket }) => ticket);
      expect(mine).toEqual(mine.toSorted((a, b) => a - b));
    }
  });

  it('never lets more in than the cap while people come and go, slots end and schedulers tick', async () => {
    await queue.configure({ cap: 10 });
    const { queueId } = queue;
    await queue.enter(...users(200));
    const someone = () => ({ userId: `user-${1 + Math.floor(Math.random() * 200)}`, queueId });
    const step = (store: QueueStore): Promise<unknown> => {
      const dice = Math.random();
      if (dice < 0.45) return store.enter([someone(), someone()]);
      if (dice < 0.8) return store.leave([someone(), someone()]);
      if (dice < 0.9) return store.admit([queueId]);
      return store.status([someone()], true);
    };
    const storm = () =>
      Promise.all(
        range(0, 31).map(async (i) => {
          for (const turn of range(1, 60)) {
            await step(storeOf(i));
            if (i === 0 && turn % 20 === 0) await line.age(queueId, FRESH.activeSeconds + 10);
          }
        }),
      );
    expect(await mostInside(watcher, queueId, storm)).toBe(10);
  });

  it('would let more in, if counting and letting in were two steps', async () => {
    const [, waiting, inside] = keysOf(queue.queueId) as [string, string, string];
    const clients = await Promise.all(range(1, PROCESSES).map(() => rawClient(redis.url)));
    const enter = async (userId: string, i: number) => {
      const { send } = clients[i % PROCESSES] as RawRedis;
      const key = Number(await send(inside, ['ZCARD', inside])) < 50 ? inside : waiting;
      await send(key, ['ZADD', key, String(Date.now()), userId]);
    };
    const most = await mostInside(watcher, queue.queueId, () => Promise.all(users(2_000).map(enter)));
    for (const client of clients) client.destroy();
    expect(most).toBeGreaterThan(50);
  });

  it('takes about 110 bytes for each who waits', async () => {
    const count = 100_000;
    await queue.configure({ cap: 50 });
    const names = users(count);
    for (let from = 0; from < count; from += 5_000) await queue.enter(...names.slice(from, from + 5_000));
    let bytes = 0;
    for (const key of keysOf(queue.queueId))
      bytes += Number(await watcher.send(key, ['MEMORY', 'USAGE', key, 'SAMPLES', '0']));
    expect(bytes / count).toBeLessThan(120);
    expect((await queue.stats()).waiting).toBe(count - 50);
    // Others use this server too.
    for (const key of keysOf(queue.queueId)) await watcher.send(key, ['UNLINK', key]);
  });
});
