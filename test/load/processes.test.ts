// --processes: the parts of a run are the whole of it, and what they measure is put together without loss.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { vuSteps } from '../../load/runner/executors/ramps.ts';
import { Share } from '../../load/runner/executors/share.ts';
import { MetricRegistry } from '../../load/runner/metrics/registry.ts';
import { ClientSeries } from '../../load/runner/run/series.ts';
import { runArguments, runScript, startServer } from './support.ts';

const shares = (count: number) => Array.from({ length: count }, (_, index) => new Share(index, count));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('shares', () => {
  test('of a number add up to it, and no two differ by more than one', () => {
    for (let count = 1; count <= 7; count++) {
      for (let total = 0; total <= 30; total++) {
        const parts = shares(count).map((share) => share.of(total));
        expect(sum(parts)).toBe(total);
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }
    }
  });
  test('have every arrival once', () => {
    const owners = Array.from({ length: 50 }, (_, number) => shares(3).filter((share) => share.has(number)).length);
    expect(owners).toEqual(Array.from({ length: 50 }, () => 1));
  });
  test('number what they start so that all numbers are used, none twice', () => {
    const numbers = shares(3).flatMap((share) => Array.from({ length: share.of(20) }, (_, own) => share.numberOf(own)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });
  test('of a ramp are, all together, the ramp at every step', () => {
    for (const { target } of vuSteps(3, [
      { durationMs: 1000, target: 20 },
      { durationMs: 1000, target: 5 },
    ]))
      expect(sum(shares(4).map((share) => share.of(target)))).toBe(target);
  });
  test('are only made among as many processes as there are things', () => {
    const among = shares(4).map((share) => share.among(2));
    expect(among.map((share) => share?.count)).toEqual([2, 2, undefined, undefined]);
  });
});

describe('what several processes measured', () => {
  /** Uneven on purpose: no two samples are equal, and they come in no order. */
  const samples = Array.from({ length: 5000 }, (_, at) => Math.round(1e6 * Math.abs(Math.sin(at * 12.9898))) / 1000);
  const tagsOf = (at: number) => ({ name: at % 3 === 0 ? 'a' : 'b' });
  const stats = ['avg', 'min', 'med', 'max', 'p(90)', 'p(99.9)', 'count'];

  function registry() {
    const metrics = new MetricRegistry();
    metrics.define('own_trend', 'trend', 'time');
    for (const name of ['own_trend{name:a}', 'http_reqs{name:a}', 'checks{name:b}']) metrics.find(name);
    return metrics;
  }
  function measure(metrics: MetricRegistry, at: number) {
    const value = samples[at] ?? 0;
    metrics.find('own_trend')?.metric.add(value, tagsOf(at));
    metrics.builtin.http_reqs.add(1, tagsOf(at));
    metrics.builtin.checks.add(at % 7 === 0 ? 0 : 1, tagsOf(at));
    metrics.builtin.vus.add(value, {});
  }
  const figures = (metrics: MetricRegistry) =>
    metrics.all.flatMap((metric) =>
      [metric, ...metric.submetrics].map(({ name, sink }) => [name, metric.type, sink.count, sink.values(10, stats)]),
    );

  test('is, put together in portions, what one process would have measured', () => {
    const whole = registry();
    const merged = registry();
    const parts = [registry(), registry(), registry()];
    samples.forEach((_, at) => {
      measure(whole, at);
      measure(parts[(at * at) % 3] as MetricRegistry, at);
      // Each reports at other times.
      for (const [index, part] of parts.entries())
        if (at % (700 + 13 * index) === 0) merged.merge(structuredClone(part.take()));
    });
    for (const part of parts) merged.merge(structuredClone(part.take()));

    const rounded = (list: ReturnType<typeof figures>) =>
      JSON.parse(
        JSON.stringify(list, (key, value: unknown) =>
          // The last bits of a sum depend on the order.
          key === 'avg' ? Number((value as number).toFixed(9)) : value,
        ),
      ) as [string, string, number, object][];
    const isGauge = ([, type]: [string, string, number, object]) => type === 'gauge';
    const [expected, got] = [rounded(figures(whole)), rounded(figures(merged))];
    expect(got.filter((row) => !isGauge(row))).toEqual(expected.filter((row) => !isGauge(row)));
    const extremes = (metrics: MetricRegistry) => {
      const { min, max } = metrics.builtin.vus.sink.values(10, []);
      return { min, max };
    };
    expect(extremes(merged)).toEqual(extremes(whole));
  });

  test('second by second too', () => {
    const startedAt = performance.timeOrigin + performance.now() - 2500;
    const [whole, ...parts] = [0, 1, 2].map(() => new ClientSeries(startedAt)) as [
      ClientSeries,
      ClientSeries,
      ClientSeries,
    ];
    samples.slice(0, 500).forEach((durationMs, at) => {
      const name = tagsOf(at).name;
      const failed = at % 5 === 0;
      const sample = { name, method: 'GET', status: failed ? 503 : 200, failed, durationMs, step: undefined };
      whole.add(sample);
      parts[at % 2]?.add(sample);
    });
    const merged = new ClientSeries(startedAt);
    for (const part of parts) merged.merge(structuredClone(part.raw));
    const plain = (series: ClientSeries) =>
      series.seconds().map(({ latency: { avg: _, ...latency }, requests, failed, routes }) => ({
        ...{ latency, requests, failed },
        routes: routes.map(({ name, statuses, requests: count }) => ({ name, statuses, count })),
      }));
    expect(plain(merged)).toEqual(plain(whole));
    expect(whole.seconds().map(({ requests }) => requests)).toEqual([0, 0, 500]);
  });
});

describe('a run in two processes', () => {
  test('does what one process would do, with one setup, teardown and summary', async () => {
    const server = await startServer();
    const source = `
      import http from 'k6/http';
      import exec from 'k6/execution';
      import { check, group } from 'k6';
      import { Counter, Trend } from 'k6/metrics';
      const seen = new Counter('seen');
      const size = new Trend('size');
      const common = { startTime: '0s', gracefulStop: '5s' };
      export const options = {
        scenarios: {
          each: { ...common, executor: 'per-vu-iterations', vus: 5, iterations: 3, exec: 'each' },
          shared: { ...common, executor: 'shared-iterations', vus: 4, iterations: 11, exec: 'shared' },
          rate: { ...common, executor: 'constant-arrival-rate', rate: 50, duration: '1s', preAllocatedVUs: 3, maxVUs: 9, exec: 'rate' },
        },
        thresholds: { seen: ['count==15'], size: ['p(50)==2', 'max==4'], 'http_reqs{scenario:shared}': ['count==11'] },
      };
      export function setup() { http.get('${server.url}/setup'); return { from: 'setup' }; }
      export function each(data) {
        http.get('${server.url}/each?vu=' + __VU + '&data=' + data.from);
        seen.add(1);
        size.add(exec.vu.iterationInScenario * 2);
        group('inner', () => check(null, { odd: () => exec.vu.idInTest % 2 === 1 }));
      }
      export function shared() { http.get('${server.url}/shared?i=' + exec.scenario.iterationInTest); }
      export function rate() { http.get('${server.url}/rate?i=' + exec.scenario.iterationInTest); }
      export function teardown(data) { http.get('${server.url}/teardown?data=' + data.from); }`;
    const ran = await runScript(source, { args: ['--processes', '2'] });
    expect([ran.code, ran.stderr]).toEqual([0, '']);

    const asked = (path: string) =>
      server.received.filter(({ url }) => url.startsWith(`/${path}`)).map(({ url }) => url);
    const numbers = (path: string) => asked(path).map((url) => Number(/=(\d+)/.exec(url)?.[1]));
    const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);
    expect([asked('setup').length, asked('teardown')]).toEqual([1, ['/teardown?data=setup']]);
    expect(asked('each').every((url) => url.endsWith('data=setup'))).toBe(true);
    expect(numbers('shared').sort((a, b) => a - b)).toEqual(upTo(11));
    // A machine that stands still may leave an arrival without a free user.
    const dropped = ran.exported.metrics.dropped_iterations?.count ?? 0;
    expect(numbers('rate').length + dropped).toBe(50);
    expect(new Set(numbers('rate')).size).toBe(numbers('rate').length);
    const users = numbers('each');
    expect(new Set(users).size).toBe(5);
    expect(users.length).toBe(15);

    expect(ran.exported.metrics.http_reqs?.count).toBe(server.received.length);
    expect(ran.exported.metrics.iterations?.count).toBe(server.received.length - 2);
    const odd = users.filter((id) => id % 2 === 1).length;
    expect(ran.exported.root_group.groups.inner?.checks.odd).toMatchObject({ passes: odd, fails: 15 - odd });
    expect(ran.stdout).toMatch(/runner_cpu\.+: \S+% of a core, 2 processes/);
    expect(workers()).toEqual([]);
  });

  const endless = 'export const options = { vus: 2, duration: "60s" };';

  test('ends for all when one virtual user aborts it', async () => {
    const source = `import exec from 'k6/execution'; import { sleep } from 'k6'; ${endless}
      export default function () { if (__VU === 2) exec.test.abort('enough'); sleep(30); }`;
    const ran = await runScript(source, { args: ['--processes', '2'] });
    expect([ran.code, ran.stderr]).toEqual([108, expect.stringContaining('test aborted: enough')]);
  });

  test('ends when a threshold of all together is crossed', async () => {
    const source = `import { check, sleep } from 'k6'; ${endless}
      options.thresholds = { checks: [{ threshold: 'rate>0.9', abortOnFail: true }] };
      export default function () { check(null, { first: () => __VU === 1 }); sleep(0.05); }`;
    const ran = await runScript(source, { args: ['--processes', '2'] });
    expect(ran.code).toBe(99);
  });

  /** Both users have come when the server has heard of them. */
  async function sleepers() {
    const server = await startServer();
    const source = `import { sleep } from 'k6'; import http from 'k6/http'; ${endless}
      export default function () { http.get('${server.url}'); sleep(60); }`;
    const asleep = () => expect.poll(() => server.received.length, { timeout: 30_000 }).toBe(2);
    return { source, asleep };
  }

  test('ends at a signal, with the summary', async () => {
    const { source, asleep } = await sleepers();
    let interrupt = () => {};
    const running = runScript(source, {
      args: ['--processes', '2'],
      onStart: (stop) => {
        interrupt = stop;
      },
    });
    await asleep();
    interrupt();
    const ran = await running;
    expect([ran.code, ran.stdout]).toEqual([105, expect.stringContaining('TOTAL RESULTS')]);
    expect(workers()).toEqual([]);
  });

  test('is no whole run any more when a process is killed', async () => {
    const { source, asleep } = await sleepers();
    const running = runScript(source, { args: ['--processes', '2'] });
    await asleep();
    process.kill(workers()[0] as number, 'SIGKILL');
    const ran = await running;
    expect([ran.code, ran.stderr]).toEqual([107, expect.stringContaining('ended too early (SIGKILL)')]);
    expect(workers()).toEqual([]);
  });

  test.each(['0', '1.5', 'many', '65'])('--processes %s is refused', async (count) => {
    const { code, stderr } = await runArguments(['spike', '--processes', count]);
    expect([code, stderr]).toEqual([255, expect.stringContaining('a whole number from 1 to 64')]);
  });
});

/** The processes that this one has started to send load. */
function workers(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
      const ours =
        Number(parent) === process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('worker.ts');
      return ours ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
