// The service's side of a run, from what /metrics says at two moments.
import { describe, expect, test } from 'vitest';
import { lookOf, secondsBetween } from '../../load/report/server/second.ts';
import { Target } from '../../load/report/server/target.ts';
import { Watch } from '../../load/report/server/watch.ts';
import { Metrics } from '../../server/monitor/metrics.ts';
import type { Sample } from '../../server/monitor/sample.ts';
import { sampleReadings } from '../../server/monitor/sample-readings.ts';
import { parseMetrics } from '../../web/ops/metrics/parse.ts';
import { DATABASE, EVENTS, LINE, REDIS, series } from '../incident/support/samples.ts';
import { startServer } from './support.ts';

const START = 1_700_000_000_000;

/** What a process of the service says, with real counters. */
class Process {
  readonly metrics = new Metrics();
  seen: Partial<Sample> = {};

  constructor(name: string) {
    const [sample] = series(1);
    this.metrics.add(sampleReadings(name, () => ({ ...(sample as Sample), ...this.seen, at: Date.now() })));
  }
  answer(status: number, seconds: number, times: number, route = '/api/v1/token/create'): void {
    for (let i = 0; i < times; i++) this.metrics.observe('POST', route, status, seconds);
  }
  async says() {
    return parseMetrics(await this.metrics.text());
  }
}

async function look(at: number, ...processes: Process[]) {
  const found = lookOf(await Promise.all(processes.map((process) => process.says())), START + at);
  if (!found) throw new Error('nothing to look at');
  return found;
}

describe('a second of the service', () => {
  test('has its answers by outcome and route, its percentiles, and what the stores said at its end', async () => {
    const process = new Process('a');
    process.answer(200, 0.004, 1_000);
    const before = await look(3_000, process);
    process.answer(200, 0.02, 90);
    process.answer(503, 0.4, 10);
    process.answer(409, 0.02, 20, '/api/v1/reservation');
    process.seen = {
      line: { ...LINE, queueId: 'main', active: 50, waiting: 250, activeSeconds: 300, overdueSlots: 0 },
      database: { ...DATABASE, lockWaiting: 4, longestLockWaitMilliseconds: 600, commitsPerSecond: 75 },
      pool: { size: 10, open: 10, idle: 1, waiting: 3 },
      redis: { ...REDIS, connections: 8, commandsPerSecond: 900, usedMemoryMegabytes: 5 },
      events: {
        ...EVENTS,
        outboxUnpublished: 2,
        lag: [
          { group: 'a', events: 5 },
          { group: 'b', events: 7 },
        ],
      },
    };
    const [third, second, ...more] = secondsBetween(before, await look(5_000, process), START);
    expect([third, more]).toEqual([{ ...second, second: 3 }, []]);
    expect(second).toMatchObject({
      second: 4,
      ok: 45,
      refused: 10,
      failed: 5,
      active: 50,
      waiting: 250,
      slotSeconds: 300,
      lockWaiting: 4,
      lockWaitMs: 600,
      commitsPerSecond: 75,
      poolUsed: 9,
      poolWaiting: 3,
      redisConnections: 8,
      redisCommandsPerSecond: 900,
      redisMegabytes: 5,
      outbox: 2,
      lag: 12,
    });
    expect(second?.p50).toBeGreaterThan(10);
    expect(second?.p50).toBeLessThanOrEqual(25);
    expect(second?.p99).toBeGreaterThan(300);
    expect(second?.routes.map(({ route, ok, failed }) => [route, ok, failed])).toEqual([
      ['POST /api/v1/token/create', 45, 5],
      ['POST /api/v1/reservation', 0, 0],
    ]);
    expect(second?.cpu).toBeGreaterThanOrEqual(0);
  });

  test('of several processes: answers add up, the worst pool counts', async () => {
    const [a, b] = [new Process('a'), new Process('b')];
    const before = await look(0, a, b);
    a.answer(200, 0.004, 30);
    b.answer(200, 0.004, 70);
    a.seen = { pool: { size: 10, open: 10, idle: 0, waiting: 8 } };
    b.seen = { pool: { size: 10, open: 10, idle: 9, waiting: 0 } };
    const after = await look(1_000, a, b);
    expect(secondsBetween(before, after, START)).toMatchObject([{ second: 0, ok: 100, poolUsed: 10, poolWaiting: 8 }]);
  });

  test('is not where another process answered the second time: their counters have nothing to do with each other', async () => {
    const [a, b] = [new Process('a'), new Process('b')];
    b.answer(200, 0.004, 10_000);
    expect(secondsBetween(await look(0, a), await look(1_000, b), START)).toEqual([]);
  });

  test('of a target without our figures has what it says, and null for the rest', async () => {
    const text = (cpu: number) => parseMetrics(`process_cpu_seconds_total ${cpu}\n`);
    const [before, after] = [lookOf([text(10)], START), lookOf([text(10.5)], START + 1_000)];
    if (!before || !after) throw new Error('nothing seen');
    expect(secondsBetween(before, after, START)).toMatchObject([
      {
        cpu: 0.5,
        active: null,
        lag: null,
        redisCpu: null,
        ok: 0,
      },
    ]);
  });

  test('one look a little early, the next a little late: every second is there once; a long silence is a gap', async () => {
    const process = new Process('a');
    const looks = [await look(-20, process)];
    for (const at of [980, 2_030, 2_970, 4_490, 5_010, 8_000, 12_000, 13_000]) looks.push(await look(at, process));
    const seconds = looks.flatMap((one, i) => secondsBetween(looks[i - 1] ?? one, one, START));
    expect(seconds.map(({ second }) => second)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 12]);
  });
});

describe('who is looked at', () => {
  const silenceOf = async (status: number, token?: string) => {
    const server = await startServer((_request, response) => {
      response.statusCode = status;
      response.end('nothing_of_ours 1\n');
    });
    const target = new Target(server.url, token);
    const seen = await target.metrics();
    return [seen !== null, target.silence, server.received[0]?.headers.authorization];
  };

  test('says why it is not seen', async () => {
    expect(await silenceOf(404)).toEqual([false, 'NO_METRICS', undefined]);
    expect(await silenceOf(401)).toEqual([false, 'NO_TOKEN', undefined]);
    expect(await silenceOf(401, 'abc')).toEqual([false, 'WRONG_TOKEN', 'Bearer abc']);
    expect(await silenceOf(200)).toEqual([true, null, undefined]);
    const gone = new Target('http://127.0.0.1:9', undefined);
    expect([await gone.metrics(), gone.silence, await gone.audit(), await gone.isJari()]).toEqual([
      null,
      'NO_ANSWER',
      null,
      false,
    ]);
  });

  test('one that hangs is given up', async () => {
    const server = await startServer(() => undefined);
    const watch = new Watch([new Target(server.url, undefined, 200)]);
    await watch.start();
    await watch.stop();
    expect([watch.silence(), watch.seconds(0, Number.MAX_VALUE), server.received.length]).toEqual(['NO_ANSWER', [], 2]);
  });
});
