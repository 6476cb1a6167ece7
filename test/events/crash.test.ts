import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqlSalesRankingStore } from '../../server/events/sql/sales-ranking.ts';
import { BUSES, type World } from './support/buses.ts';
import { append, confirmed, count } from './support/outbox.ts';
import { DEADLY, Processes } from './support/processes.ts';
import { until } from './support/until.ts';

const CONCERT = 123;
const ROUNDS = 40;
const KILL_EVERY = 8;

/** Real processes, ended by SIGKILL while they publish and deliver. */
for (const { name, missing, open } of BUSES.filter(({ concurrent }) => concurrent)) {
  describe.skipIf(missing)(`processes that are killed: ${name}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.dispose());

    it('lose no event and double none, and an event that kills is given up', { timeout: 120_000 }, async () => {
      const { database } = world;
      const processes = new Processes(world.stores(), 2);
      let appended = 0;
      try {
        for (let round = 0; round < ROUNDS; round++) {
          const sales = Array.from({ length: 10 }, (_, i) => confirmed(CONCERT, `key-${i}`));
          appended += (await append(database, sales)).length;
          if (round === 10) await append(database, [{ key: 'key-3', type: DEADLY }]);
          if (round % KILL_EVERY === KILL_EVERY - 1) processes.kill(round);
          await sleep(60);
        }
        const sold = async () => (await new SqlSalesRankingStore(database).best(1))[0]?.sold;
        const pending = () => count(database, 'outbox WHERE published_at IS NULL');
        const seen = async () => ({ sold: await sold(), deaths: processes.deaths, unpublished: await pending() });
        await until('every sale is counted', async () => (await sold()) === appended, seen);
        const mortal = () => count(database, `inbox WHERE consumer = 'mortal'`);
        await until('the other consumer has every sale', async () => (await mortal()) === appended, mortal);
        await until('nothing is pending', async () => (await count(database, 'deliveries')) === 0);
        expect(await sold()).toBe(appended);
        expect(processes.deaths).toBeGreaterThanOrEqual(Math.floor(ROUNDS / KILL_EVERY));
      } finally {
        await processes.stop();
      }
      const letters = await database.query('SELECT consumer, type, error FROM dead_letters');
      expect(letters).toEqual([
        {
          consumer: 'mortal',
          type: DEADLY,
          error: 'every attempt ended with its process, or took longer than its lease',
        },
      ]);
    });
  });
}
