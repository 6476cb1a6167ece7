import { describe, expect, it } from 'vitest';
import { Metrics } from '../../server/monitor/metrics.ts';
import type { Sample } from '../../server/monitor/sample.ts';
import { sampleReadings } from '../../server/monitor/sample-readings.ts';
import { figure, parseMetrics } from '../../web/ops/metrics/parse.ts';
import { DATABASE, EVENTS, LINE, REDIS, series } from '../incident/support/samples.ts';

async function shown(over: Partial<Sample>, age = 0) {
  const [sample] = series(1) as [Sample];
  const metrics = new Metrics();
  metrics.add(sampleReadings('host:1:ab', () => ({ ...sample, ...over, at: Date.now() - age })));
  return parseMetrics(await metrics.text());
}

describe('what the sampler saw, for Prometheus', () => {
  it('names the process, and has the line, the events, the database, its pool and Redis in base units', async () => {
    const figures = await shown({
      line: { ...LINE, active: 50, waiting: 250, activeSeconds: 300, overdueSlots: 0 },
      events: { ...EVENTS, outboxUnpublished: 7, lag: [{ group: 'webhook', events: 12 }] },
      database: { ...DATABASE, lockWaiting: 3, longestLockWaitMilliseconds: 250, cpu: 0.75 },
      pool: { size: 10, open: 9, idle: 2, waiting: 4 },
      redis: { ...REDIS, connections: 6, usedMemoryMegabytes: 3, commandsPerSecond: 400 },
    });
    const at = (name: string, labels = {}) => figure(figures, name, labels);
    expect(at('jari_process', { process: 'host:1:ab' })).toBe(1);
    expect(at('jari_queue_active', { queue: LINE.queueId })).toBe(50);
    expect(at('jari_queue_waiting', { queue: LINE.queueId })).toBe(250);
    expect(at('jari_queue_slot_seconds', { queue: LINE.queueId })).toBe(300);
    expect(at('jari_queue_overdue_slots', { queue: LINE.queueId })).toBe(0);
    expect(at('jari_outbox_unpublished')).toBe(7);
    expect(at('jari_consumer_lag', { group: 'webhook' })).toBe(12);
    expect(at('jari_database_lock_waiting')).toBe(3);
    expect(at('jari_database_longest_lock_wait_seconds')).toBe(0.25);
    expect(at('jari_database_cpu_cores')).toBe(0.75);
    expect(at('jari_database_pool_used')).toBe(7);
    expect(at('jari_database_pool_waiting')).toBe(4);
    expect(at('jari_redis_connections')).toBe(6);
    expect(at('jari_redis_memory_bytes')).toBe(3 * 1_048_576);
    expect(at('jari_redis_commands_per_second')).toBe(400);
  });

  it('leaves out what could not be seen or is not in use', async () => {
    const blind: Partial<Sample> = { database: null, redis: undefined, events: null, line: null, pool: undefined };
    const names = [...(await shown(blind)).keys()].join('\n');
    expect(names).toContain('jari_process');
    expect(names).not.toMatch(/jari_(queue|database|redis|outbox|consumer)/);
    const halfBlind = await shown({
      database: { ...DATABASE, cpu: null },
      events: { ...EVENTS, lag: null },
      line: { ...LINE, overdueSlots: null },
    });
    expect(halfBlind.has('jari_database_connections')).toBe(true);
    expect([...halfBlind.keys()].join('\n')).not.toMatch(/database_cpu_cores|consumer_lag|overdue/);
  });

  it('an old sample is left out: nobody looks any more', async () => {
    const figures = await shown({ line: LINE, redis: REDIS }, 6_000);
    expect(figures.has('jari_process')).toBe(true);
    expect(figures.has('jari_queue_active')).toBe(false);
    expect(figures.has('jari_redis_connections')).toBe(false);
  });
});
