import { migrate } from '../../server/db/migrate.ts';
import { openPostgres } from '../../server/db/pg/driver.ts';
import { LINK_DEFAULTS, RedisLink } from '../../server/queue/redis/link.ts';
import { redisQueueStore } from '../../server/queue/redis/store.ts';
import { sqlQueueLedger } from '../../server/queue/sql/ledger.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import type { QueueStore } from '../../server/queue/store.ts';
import { type Bench, median } from '../lib/bench.ts';
import type { Kit } from '../lib/kit.ts';

const SETTINGS = { cap: 50, activeSeconds: 3_600, noShowSeconds: 3_600 };
/** Users of one call, as the service's group commit sends them under load. */
const BATCH = 256;
const SMALL = 1_000;

interface LineBench {
  store: QueueStore;
  redisMemory: () => Promise<number>;
  close(): Promise<void>;
}

/** The store of the line itself, without HTTP, which would hide what it costs. */
async function lineOn(kit: Kit, where: 'redis' | 'sql'): Promise<LineBench> {
  const database = openPostgres(await kit.database());
  await migrate(database);
  if (where === 'sql') {
    return { store: sqlQueueStore(database, SETTINGS), redisMemory: async () => 0, close: () => database.close() };
  }
  const link = new RedisLink(await kit.emptyRedis(), LINK_DEFAULTS);
  await link.opened();
  return {
    store: redisQueueStore(link, sqlQueueLedger(database), SETTINGS),
    redisMemory: async () => Number(/^used_memory:(\d+)/m.exec((await link.info())[0] as string)?.[1]),
    async close() {
      link.close();
      await database.close();
    },
  };
}

/** New people enter, one call after the other. @returns entries a second */
async function enter(store: QueueStore, queueId: string, from: number, count: number): Promise<number> {
  const began = performance.now();
  for (let n = from; n < from + count; n += BATCH) {
    const size = Math.min(BATCH, from + count - n);
    await store.enter(Array.from({ length: size }, (_, i) => ({ queueId, userId: `user_${n + i}` })));
  }
  return count / ((performance.now() - began) / 1_000);
}

/** Where those at the end of a line stand: position and status, one call after the other. @returns answers a second */
async function ask(store: QueueStore, queueId: string, last: number, count: number): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < count; n += BATCH) {
    await store.status(
      Array.from({ length: BATCH }, (_, i) => ({ queueId, userId: `user_${last - n - i - 1}` })),
      true,
    );
  }
  return count / ((performance.now() - began) / 1_000);
}

interface Growth {
  where: 'redis' | 'sql';
  waiting: number;
  /** People who enter in a round. */
  entering: number;
  goal: number;
}

/** As much more work for each, in turns: into the long line, and into one that is short anew in every round. */
const growth = (name: string, { where, waiting, entering, goal }: Growth): Bench => ({
  name,
  unit: `entries/s with ${waiting.toLocaleString('en')} waiting`,
  reference: `with ${SMALL.toLocaleString('en')} waiting`,
  goal,
  better: 'higher',
  async run(kit) {
    const line = await lineOn(kit, where);
    try {
      kit.say(`${waiting.toLocaleString('en')} people take their places`);
      await enter(line.store, 'long', 0, waiting);
      const figures = {
        long: [] as number[],
        short: [] as number[],
        longAsk: [] as number[],
        shortAsk: [] as number[],
      };
      let last = waiting;
      // The first round warms both.
      for (let round = 0; round <= kit.rounds; round++) {
        kit.say(`round ${round} of ${kit.rounds}`);
        const short = `short${round}`;
        await enter(line.store, short, 0, SMALL);
        const shortAsk = await ask(line.store, short, SMALL, SMALL - BATCH);
        const one = {
          shortAsk,
          longAsk: await ask(line.store, 'long', last, SMALL - BATCH),
          short: await enter(line.store, short, SMALL, entering),
          long: await enter(line.store, 'long', last, entering),
        };
        last += entering;
        if (round > 0) for (const key of Object.keys(one) as (keyof typeof one)[]) figures[key].push(one[key]);
      }
      const asking = median(figures.longAsk) / median(figures.shortAsk);
      return {
        value: median(figures.long),
        referenceValue: median(figures.short),
        note: `asking where one is: ${asking.toFixed(2)} of the short line's rate`,
      };
    } finally {
      await line.close();
    }
  },
});

export const lineGrowth = growth('line-growth', { where: 'redis', waiting: 1_000_000, entering: 50_000, goal: 0.95 });
export const lineGrowthSql = growth('line-growth-sql', { where: 'sql', waiting: 100_000, entering: 5_000, goal: 0.8 });

const COUNTED = 500_000;

export const lineMemory: Bench = {
  name: 'line-memory',
  unit: 'bytes of Redis a waiting user',
  goal: 120,
  better: 'lower',
  async run(kit) {
    const line = await lineOn(kit, 'redis');
    try {
      await enter(line.store, 'memory', 0, SMALL);
      const before = await line.redisMemory();
      kit.say(`${COUNTED.toLocaleString('en')} people take their places`);
      await enter(line.store, 'memory', SMALL, COUNTED);
      return {
        value: ((await line.redisMemory()) - before) / COUNTED,
        note: `${COUNTED.toLocaleString('en')} waiting, ids of 9 to 11 characters`,
      };
    } finally {
      await line.close();
    }
  },
};
