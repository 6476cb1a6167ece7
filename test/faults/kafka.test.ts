import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../events/support/until.ts';
import { type Fan, FaultWorld, LATER, MISSING } from './support/world.ts';

interface Area {
  status: string;
  items: { name: string; status: string; value: unknown }[];
}

// Killed and frozen brokers: test/events/kafka-broker.test.ts, test/drill/drills.test.ts.
describe.skipIf(MISSING)('the full size while Kafka', { timeout: 120_000 }, () => {
  let world: FaultWorld;
  let inside: Fan;
  let seat = 1_500;
  beforeAll(async () => {
    world = await FaultWorld.start();
    inside = await world.fan('main');
    await sellOne();
    await until('the consumer is at work', async () => (await undelivered()) === 0);
  });
  afterAll(() => world?.stop());

  const sellOne = async () => expect((await world.reserve(inside, ++seat)).status).toBe(200);
  const number = async (sql: string) => (await world.database.query(sql)).rows[0].n as number;
  const unpublished = () => number('SELECT count(*)::int AS n FROM outbox WHERE published_at IS NULL');
  /** Sales that the ranking has not counted yet. */
  const undelivered = () =>
    number(`SELECT count(*)::int AS n FROM outbox o WHERE topic = 'reservations'
      AND NOT EXISTS (SELECT FROM inbox i WHERE i.event_id = o.event_id AND i.consumer = 'sales-ranking')`);
  const kafka = async () => (await world.ops<{ areas: { kafka: Area } }>('/checklist')).body.areas.kafka;

  it('takes much too long: clients notice nothing, the outbox grows, operators are told, and lag returns to 0', async () => {
    world.kafka.delay(5_000);
    for (let i = 0; i < 5; i++) await sellOne();
    expect(await unpublished()).toBeGreaterThan(0);
    // Past the limit of how old an event may be.
    await expect.poll(async () => (await kafka()).status, LATER).not.toBe('OK');
    const oldest = async () => (await kafka()).items.find(({ name }) => name === 'oldest of them')?.status;
    await expect.poll(oldest, LATER).toBe('WARN');
    await sellOne();

    await world.heal();
    await expect.poll(unpublished, LATER).toBe(0);
    await expect.poll(undelivered, LATER).toBe(0);
    await expect
      .poll(async () => (await kafka()).items.filter(({ name }) => name.startsWith('lag of')), LATER)
      .toEqual([expect.objectContaining({ status: 'OK', value: 0 })]);
    // Each sale was counted once.
    const sold = `SELECT coalesce(sum(sold), 0)::int AS n FROM sales_ranking`;
    expect(await number(sold)).toBe(seat - 1_500);
    expect(await world.violations()).toEqual([]);
  });
});
