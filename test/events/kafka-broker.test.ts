import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SalesRanking } from '../../server/events/consumers/sales-ranking.ts';
import type { KafkaBus } from '../../server/events/kafka/bus.ts';
import { SqlSalesRankingStore } from '../../server/events/sql/sales-ranking.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { onKafka, type World } from './support/buses.ts';
import { readTopic } from './support/log-reader.ts';
import { append, confirmed, count } from './support/outbox.ts';
import { Recorder, sorted } from './support/recorder.ts';
import { until } from './support/until.ts';

const { missing } = await sharedServer('kafka');

/** A broker of this file alone, because it is killed, frozen and started again. */
describe.skipIf(missing)('a broker that is lost and comes back', { timeout: 120_000 }, () => {
  let services: Awaited<ReturnType<typeof ownServers>>;
  let world: World;
  beforeAll(async () => {
    services = await ownServers(['kafka']);
    world = await onKafka(services.urls.KAFKA_BROKERS ?? '').open();
  });
  beforeEach(() => world.reset());
  afterAll(async () => {
    await world?.dispose();
    await services?.stop();
  });

  const unpublished = () => count(world.database, 'outbox WHERE published_at IS NULL');
  const lagOf = async (bus: KafkaBus) => (await bus.lag()).reduce((sum, { lag }) => sum + lag, 0);

  /** Sales for as long as `during` takes, and a little before and after it. @returns their ids */
  async function sellDuring(during: () => Promise<void>): Promise<number[]> {
    const ids: number[] = [];
    let selling = true;
    const sale = (async () => {
      for (let i = 0; selling; i++) {
        ids.push(...(await append(world.database, [confirmed(1, `key-${i % 20}`), confirmed(1, `key-${i % 7}`)])));
        await sleep(20);
      }
    })();
    await sleep(500);
    await during();
    await sleep(500);
    selling = false;
    await sale;
    return ids;
  }

  async function settled(bus: KafkaBus, recorder: Recorder, ids: readonly number[]): Promise<void> {
    const store = new SqlSalesRankingStore(world.database);
    const seen = async () => ({ seen: recorder.applied.length, of: ids.length, unpublished: await unpublished() });
    await until('all are delivered', () => new Set(recorder.ids()).size === ids.length, seen);
    await until('all are counted', async () => (await store.best(1))[0]?.sold === ids.length);
    await until('nothing waits', async () => (await unpublished()) === 0 && (await lagOf(bus)) === 0);
    await until('the consumers are well', () => bus.consumers().every(({ lastError }) => lastError === null));
    expect(await count(world.database, 'dead_letters')).toBe(0);
    // The first copy of each in order per key, whatever was read again.
    for (let key = 0; key < 20; key++) {
      const firsts = [...new Set(recorder.ids(`key-${key}`))];
      expect(firsts).toEqual(sorted(firsts));
    }
    expect(sorted([...new Set(recorder.ids())])).toEqual(sorted(ids));
    expect((await store.best(1))[0]?.sold).toBe(ids.length);
  }

  const joined = () => {
    const recorder = new Recorder({ batchSize: 50 });
    const { bus } = world.join(recorder, new SalesRanking(new SqlSalesRankingStore(world.database)));
    return { recorder, bus: bus as KafkaBus };
  };

  it('loses nothing when it is killed under load: the outbox grows, and everything goes on by itself', async () => {
    const { recorder, bus } = joined();
    const ids = await sellDuring(async () => {
      await until('it is in use', () => recorder.applied.length > 50);
      await services.kill('kafka');
      await until('the outbox grows', async () => (await unpublished()) > 100);
      await expect(bus.lag()).rejects.toMatchObject({ name: 'BrokerUnavailable' });
      await services.restart('kafka');
    });
    await settled(bus, recorder, ids);
  });

  it('loses nothing when it hangs', async () => {
    const { recorder, bus } = joined();
    const ids = await sellDuring(async () => {
      await until('it is in use', () => recorder.applied.length > 50);
      await services.freeze('kafka');
      await until('the outbox grows', async () => (await unpublished()) > 100);
      await services.thaw('kafka');
    });
    await settled(bus, recorder, ids);
  });

  it('may be away when the service starts and stops, and is waited for before an event is given up', async () => {
    let attempts = 0;
    const refusing = new Recorder({
      name: 'refusing',
      verdict: () => {
        attempts++;
        return new Error('not today');
      },
    });
    const { relay } = world.join(refusing);
    const [first] = await append(world.database, [confirmed(1, 'key-0')]);
    await relay.run();
    await until('it has failed once', () => attempts >= 1);
    await services.kill('kafka');

    const { bus: away } = joined();
    const others = await append(world.database, [confirmed(1, 'key-1'), confirmed(1, 'key-2')]);
    // Between refusals it rests, and has nothing to say.
    let refusal: unknown = 0;
    const refused = async () => {
      refusal = await away.publishNext(10).catch((error) => error);
      return refusal !== 0;
    };
    await until('it is refused', refused);
    expect(refusal).toMatchObject({ name: 'BrokerUnavailable' });
    expect(await unpublished()).toBe(2);
    await away.stop();
    await until('the attempts are used up', () => attempts >= 4);
    expect(await count(world.database, 'dead_letters')).toBe(0);
    expect(await count(world.database, 'deliveries')).toBe(1);

    const { recorder, bus } = joined();
    await services.restart('kafka');
    await until('all are given up', async () => (await count(world.database, 'dead_letters')) === 3);
    await world.database.query('DELETE FROM dead_letters');
    await settled(bus, recorder, [first as number, ...others]);
    const { brokers, prefix } = world.stores().kafka ?? { brokers: [], prefix: '' };
    const found = await readTopic(brokers, `${prefix}reservations.dlq`);
    const causes = new Map(found.map(({ headers }) => [Number(headers['jari-event-id']), headers['jari-error']]));
    expect(causes).toEqual(new Map([first, ...others].map((id) => [id, 'not today'])));
  });
});
