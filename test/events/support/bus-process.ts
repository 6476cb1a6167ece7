// A process of the system, to be killed: relay and consumers on the stores that its argument names.
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../../../server/db/pg/driver.ts';
import { SalesRanking } from '../../../server/events/consumers/sales-ranking.ts';
import { Relay } from '../../../server/events/relay.ts';
import { SqlSalesRankingStore } from '../../../server/events/sql/sales-ranking.ts';
import { DEADLY } from './processes.ts';
import { QUICK, Recorder } from './recorder.ts';
import { makeBus, type Stores, silent, subscribe } from './stores.ts';

const stores = JSON.parse(process.argv[2] ?? '') as Stores;
const database = openPostgres(stores.databaseUrl);
const bus = makeBus(stores, database);

subscribe(bus, stores, new SalesRanking(new SqlSalesRankingStore(database)));
subscribe(
  bus,
  stores,
  new Recorder({
    name: 'mortal',
    batchSize: 100,
    retry: QUICK,
    verdict({ type }) {
      if (type === DEADLY) process.kill(process.pid, 'SIGKILL');
      return null;
    },
  }),
);
bus.start();
const relay = new Relay(bus, { batchSize: 50, nudgeDelayMilliseconds: 5, log: silent });
// Its own connection to the parent's channel ends it, should the parent go first.
process.on('disconnect', () => process.exit());
for (;;) {
  await relay.run().catch(() => {});
  await sleep(20);
}
