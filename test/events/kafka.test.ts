import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../server/events/event.ts';
import type { KafkaBus } from '../../server/events/kafka/bus.ts';
import { sharedServer } from '../support/servers.ts';
import { onKafka, type World } from './support/buses.ts';
import { readTopic, topicsOf, write } from './support/log-reader.ts';
import { append, count } from './support/outbox.ts';
import { idsOf, Recorder, sorted } from './support/recorder.ts';
import { until } from './support/until.ts';

const kafka = await sharedServer('kafka');

const toBuffer = (bytes: string | Uint8Array) => Buffer.from(bytes as string);

/** What only the bus on Kafka does. What every bus does: bus.test.ts. */
describe.skipIf(kafka.missing)('the bus on Kafka', () => {
  let world: World;
  beforeAll(async () => {
    world = await onKafka(kafka.url).open();
  });
  beforeEach(() => world.reset());
  afterAll(() => world.dispose());

  const setting = () => world.stores().kafka ?? { brokers: [], prefix: '' };
  const fullName = (topic: string) => setting().prefix + topic;
  const join = (...consumers: Recorder[]) => {
    const participant = world.join(...consumers);
    return { ...participant, bus: participant.bus as KafkaBus };
  };
  const lagOf = async (bus: KafkaBus) => (await bus.lag()).reduce((sum, { lag }) => sum + lag, 0);
  const events = (keys: number, each: number) =>
    Array.from({ length: keys * each }, (_, i) => ({ key: `key-${i % keys}`, payload: { i } }));

  it('makes the topics with the configured partitions, and keeps the events of a key in one of them', async () => {
    const recorder = new Recorder();
    const { relay } = join(recorder);
    const ids = await append(world.database, events(12, 5));
    await relay.run();
    await until('all are delivered', () => recorder.applied.length === ids.length);
    const topics = ['reservations', 'reservations.dlq', 'wallets', 'wallets.dlq'];
    const made = () => topicsOf(setting().brokers, setting().prefix);
    await until('every topic is there', async () => (await made()).size === 4);
    expect([...(await made())].sort()).toEqual(topics.map((topic) => [topic, 3]));
    const records = await readTopic(setting().brokers, fullName('reservations'));
    expect(records).toHaveLength(ids.length);
    const partitions = new Map<string, Set<number>>();
    for (const { key = '', partition } of records)
      partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
    expect([...partitions.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(3);
    expect(JSON.parse(String(records[0]?.value))).toEqual({
      eventId: expect.any(Number),
      type: 'test.happened',
      payload: expect.anything(),
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('measures how far a consumer is behind by what the broker says, and it comes back to nothing', async () => {
    const [quick, slow] = [new Recorder({ name: 'quick' }), new Recorder({ name: 'slow' })];
    const [a, b] = [join(quick), join(slow)];
    await append(world.database, events(3, 2));
    await a.relay.run();
    await until('all are delivered', () => quick.applied.length === 6 && slow.applied.length === 6);
    await until('nobody is behind', async () => (await lagOf(a.bus)) + (await lagOf(b.bus)) === 0);

    b.bus.pause();
    await append(world.database, events(5, 4));
    await a.relay.run();
    await until('the quick one has them', () => quick.applied.length === 26);
    await until('the quick one is not behind', async () => (await lagOf(a.bus)) === 0);
    await until(
      'the slow one is',
      async () => (await lagOf(b.bus)) === 20,
      () => b.bus.lag(),
    );
    expect(await b.bus.lag()).toEqual([{ consumer: 'slow', topic: 'reservations', lag: 20 }]);
    b.bus.resume();
    await until('it has caught up', async () => (await lagOf(b.bus)) === 0);
    expect(slow.applied).toHaveLength(26);
  });

  it('tells the dead letter topic before it gives an event up, with the cause in the headers', async () => {
    const poison = new Recorder({ verdict: ({ key }) => (key === 'bad' ? new Error('no such seat') : null) });
    const { relay, bus } = join(poison);
    const [bad] = await append(world.database, [
      { key: 'bad', type: 'test.poison', payload: { why: '없음' } },
      { key: 'good' },
    ]);
    await relay.run();
    await until('it is given up', async () => (await count(world.database, 'dead_letters')) === 1);
    const [found, ...others] = await readTopic(setting().brokers, fullName('reservations.dlq'));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      key: 'bad',
      headers: {
        'jari-consumer': 'recorder',
        'jari-error': 'no such seat',
        'jari-attempts': '3',
        'jari-event-id': String(bad),
        'jari-event-type': 'test.poison',
      },
    });
    expect(JSON.parse(String(found?.value))).toMatchObject({ eventId: bad, payload: { why: '없음' } });
    // The log goes on: what failed is not behind, it is given up.
    await until('nobody is behind', async () => (await lagOf(bus)) === 0);
  });

  it('puts aside what is no event of ours, with the cause, and goes on behind it', async () => {
    const recorder = new Recorder();
    const { relay, bus } = join(recorder);
    const before = await append(world.database, events(4, 1));
    await relay.run();
    await until('the first ones are delivered', () => recorder.applied.length === 4);
    const stranger = { eventId: '7', type: 'x', payload: {}, at: '2026-01-01T00:00:00Z' };
    const garbage = ['{"broken', '[1,2]', JSON.stringify(stranger), '', Uint8Array.of(0xff, 0, 0xfe)].map(toBuffer);
    for (const bytes of garbage) await write(setting().brokers, fullName('reservations'), 'key-1', bytes);
    const after = await append(world.database, events(4, 1));
    await relay.run();
    await until('the later ones are delivered', () => recorder.applied.length === 8);
    expect(sorted(recorder.ids())).toEqual([...before, ...after]);
    const aside = await readTopic(setting().brokers, fullName('reservations.dlq'));
    expect(aside.map(({ value }) => value)).toEqual(garbage);
    for (const { headers } of aside) {
      expect(headers).toMatchObject({ 'jari-consumer': 'recorder', 'jari-error': expect.stringMatching(/record/) });
      expect(headers['jari-offset']).toMatch(/^\d+$/);
    }
    await until('nobody is behind', async () => (await lagOf(bus)) === 0);
  });

  it('shares the partitions with processes that come and go, each event once and in order', async () => {
    const started: DomainEvent[] = [];
    const verdict = (event: DomainEvent) => {
      started.push(event);
      return null;
    };
    const newcomer = () => join(new Recorder({ verdict, batchSize: 5 }));
    const owned = (processes: ReturnType<typeof newcomer>[]) =>
      processes.map(({ bus }) => bus.consumers()[0]?.partitionsOwned ?? 0);
    const ids: number[] = [];
    const load = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) ids.push(...(await append(world.database, events(6, 2))));
    };
    const first = newcomer();
    await load(5);
    await until('the first one owns all', () => owned([first])[0] === 3);
    const [second, third] = [newcomer(), newcomer()];
    await load(5);
    await until('each owns one', () => owned([first, second, third]).every((count) => count === 1));
    await load(5);
    await first.stop();
    await load(5);
    await until('two share three', () => sorted(owned([second, third])).join() === '1,2');
    await until(
      'all are delivered',
      () => new Set(idsOf(started)).size === ids.length,
      () => started.length,
    );
    expect(sorted(idsOf(started))).toEqual(ids);
    for (let i = 0; i < 6; i++) expect(idsOf(started, `key-${i}`)).toEqual(sorted(idsOf(started, `key-${i}`)));
    await until('nobody is behind', async () => (await lagOf(second.bus)) === 0);
  });
});
