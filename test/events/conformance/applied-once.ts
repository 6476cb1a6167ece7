import { expect, it } from 'vitest';
import type { Consumer } from '../../../server/events/bus.ts';
import { SalesRanking } from '../../../server/events/consumers/sales-ranking.ts';
import type { DomainEvent } from '../../../server/events/event.ts';
import { SqlSalesRankingStore } from '../../../server/events/sql/sales-ranking.ts';
import type { World } from '../support/buses.ts';
import { append, confirmed, count } from '../support/outbox.ts';
import { idsOf, QUICK, Recorder, sorted } from '../support/recorder.ts';
import { until } from '../support/until.ts';

const CONCERT = 123;
const never = new Promise<never>(() => {});

/** The real consumer, in a process that does something else after the effect. */
class Interrupted implements Consumer {
  readonly name = 'sales-ranking';
  readonly topics: readonly string[];
  readonly batchSize: number;
  readonly retry = QUICK;
  readonly #inner: SalesRanking;
  readonly #after: (events: readonly DomainEvent[]) => Promise<void>;

  constructor(store: SqlSalesRankingStore, after: (events: readonly DomainEvent[]) => Promise<void>) {
    this.#inner = new SalesRanking(store);
    this.topics = this.#inner.topics;
    this.batchSize = this.#inner.batchSize;
    this.#after = after;
  }

  async handle(events: readonly DomainEvent[]) {
    const outcomes = await this.#inner.handle(events);
    await this.#after(events);
    return outcomes;
  }
}

/** Duplicates, hanging consumers, processes that are gone or work side by side. */
export function appliedOnce(world: () => World): void {
  const store = () => new SqlSalesRankingStore(world().database);
  const sales = (keys: number) => Array.from({ length: keys }, (_, i) => confirmed(CONCERT, `reservation-${i}`));
  const sold = async () => (await store().best(1))[0]?.sold ?? 0;
  const inbox = () => count(world().database, `inbox WHERE consumer = 'sales-ranking'`);

  it('when the bus delivers everything twice', async () => {
    const seen = new Recorder();
    const { relay } = world().join(new SalesRanking(store()), seen);
    await append(world().database, sales(30));
    await relay.run();
    await until('all are counted', async () => (await sold()) === 30 && seen.applied.length === 30);
    await world().database.query('UPDATE outbox SET published_at = NULL');
    // One more, so that there is something to wait for.
    await append(world().database, [confirmed(CONCERT, 'one-more')]);
    await relay.run();
    await until('the last one is counted', async () => (await inbox()) === 31 && seen.applied.length >= 31);
    await until('nothing is pending', async () => (await count(world().database, 'deliveries')) === 0);
    expect(await sold()).toBe(31);
    expect(seen.applied).toHaveLength(31);
  });

  it('when the process is gone between the effect and its settlement', async () => {
    const applied: number[] = [];
    const hanging = new Interrupted(store(), (events) => {
      applied.push(...idsOf(events));
      return never;
    });
    const first = world().join(hanging);
    const ids = await append(world().database, sales(5));
    await first.relay.run();
    await until('the first process has applied all', () => applied.length === 5);
    expect(await sold()).toBe(5);

    const second = world().join(new SalesRanking(store()));
    await append(world().database, [confirmed(CONCERT, 'reservation-0')]);
    await second.relay.run();
    await until('the second took over', async () => (await inbox()) === ids.length + 1);
    await until('nothing is pending', async () => (await count(world().database, 'deliveries')) === 0);
    expect(await sold()).toBe(6);
    expect(await count(world().database, 'dead_letters')).toBe(0);
  });

  it('when one event makes its consumer hang: it alone is given up, its batch is not', async () => {
    let hung = 0;
    const recorder = new Recorder({
      batchSize: 20,
      retry: { ...QUICK, maxAttempts: 2 },
      verdict: ({ key }) => (key === 'poison' ? hang() : null),
    });
    function hang() {
      hung++;
      return never;
    }
    const { relay } = world().join(recorder);
    const ids = await append(world().database, [{ key: 'a' }, { key: 'poison' }, { key: 'b' }, { key: 'c' }]);
    await relay.run();
    await until('the others are applied', () => recorder.applied.length >= 3);
    await until('the poison is given up', async () => (await count(world().database, 'dead_letters')) === 1);
    expect(sorted(recorder.ids())).toEqual([ids[0], ids[2], ids[3]]);
    expect(hung).toBe(2);
    const [letter] = await world().database.query<{ event_id: number; error: string }>('SELECT * FROM dead_letters');
    expect(letter?.event_id).toBe(ids[1]);
    expect(letter?.error).toMatch(/not handled within \d+ ms/);
  });

  it('when several processes publish and deliver at the same time, and in order', async () => {
    const started: DomainEvent[] = [];
    const verdict = (event: DomainEvent) => {
      started.push(event);
      return null;
    };
    const processes = [1, 2, 3].map(() =>
      world().join(new Recorder({ batchSize: 5, verdict }), new SalesRanking(store())),
    );
    const ids: number[] = [];
    for (let round = 0; round < 10; round++) {
      const events = Array.from({ length: 12 }, (_, i) => confirmed(CONCERT, `key-${i % 6}`));
      ids.push(...(await append(world().database, events)));
      await Promise.all(processes.map(({ relay }) => relay.run()));
    }
    // A process that found another one at work left the rest to it, and to the next tick.
    await Promise.all(processes.map(({ relay }) => relay.run()));
    await until('all are delivered', async () => started.length >= ids.length && (await sold()) === ids.length);
    expect(sorted(idsOf(started))).toEqual(ids);
    for (let i = 0; i < 6; i++) {
      const ofKey = idsOf(started, `key-${i}`);
      expect(ofKey).toEqual(sorted(ofKey));
    }
  });
}
