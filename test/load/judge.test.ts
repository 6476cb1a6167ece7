// What is made of a run: the seed's verdict, the bottleneck and the knee, from a recorded run and from changes to it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kneeOf } from '../../load/report/judge/knee.ts';
import { percentileOver } from '../../load/report/judge/percentile.ts';
import { bottleneckOf, type Resource } from '../../load/report/judge/saturation.ts';
import { type RowCode, verdictOf } from '../../load/report/judge/verdict.ts';
import type { RunRecord } from '../../load/report/record.ts';
import type { ServerSecond } from '../../load/report/server/second.ts';
import { ClientSeries } from '../../load/runner/run/series.ts';
import { quiet, recordedRun, withClient, withRoutes, withServer } from './recorded.ts';

const row = (run: RunRecord, code: RowCode) => {
  const found = verdictOf(run).find((one) => one.code === code);
  if (!found) throw new Error(`no row ${code}`);
  return found;
};

describe('the verdict', () => {
  const run = recordedRun();
  const all = run.client.reduce((sum, { requests }) => sum + requests, 0);
  const unmeasured = { measured: null, ok: null };

  test('of the recorded run: every row of the seed, measured and passed', () => {
    const rows = verdictOf(run);
    expect(rows.slice(0, 5).map(({ code, limit, ok }) => [code, limit, ok])).toEqual([
      ['TOKEN_P95', 300, true],
      ['RESERVATION_SUCCESS', 0.99, true],
      ['SLOT_SECONDS', 300, true],
      ['SUSTAINED', 10, true],
      ['FAILURES', 0.01, true],
    ]);
    const audits = rows.slice(5);
    expect(audits.map(({ code, ok }) => [code, ok])).toEqual(run.audit?.checks.map(() => ['AUDIT', true]));
    expect(audits.length).toBeGreaterThanOrEqual(6);
    expect(row(run, 'FAILURES')).toMatchObject({ measured: 0, of: all });
    expect(row(run, 'TOKEN_P95').measured).toBeGreaterThan(200);
  });

  test('the token time is the summary’s where a threshold is about it, and within a few percent of it elsewhere', () => {
    const own = row(run, 'TOKEN_P95').measured ?? 0;
    const metrics = {
      ...run.metrics,
      'http_req_duration{name:token}': { type: 'trend', contains: 'time', values: { 'p(95)': 301 } },
    };
    expect(row({ ...run, metrics }, 'TOKEN_P95')).toMatchObject({ measured: 301, ok: false });
    const slow = withRoutes(run, (route) => ({
      ...route,
      latency: { ...route.latency, p90: 400, p95: 500, p99: 600, max: 700 },
    }));
    expect(row(slow, 'TOKEN_P95')).toMatchObject({ ok: false });
    expect(own).toBeLessThanOrEqual(300);
  });

  test('failures: one in a hundred passes, a few more do not', () => {
    const failing = (share: number) =>
      withRoutes(run, (route) => ({ ...route, failed: Math.round(route.requests * share) }));
    expect(row(failing(0.02), 'FAILURES').ok).toBe(false);
    expect(row(failing(0.02), 'RESERVATION_SUCCESS').ok).toBe(false);
    const [first] = run.client;
    const oneIn = (failed: number, requests: number) => ({
      ...run,
      client: [{ ...(first as (typeof run.client)[0]), requests, failed }],
    });
    expect(row(oneIn(1, 100), 'FAILURES')).toMatchObject({ ok: true, measured: 0.01 });
    expect(row(oneIn(2, 199), 'FAILURES').ok).toBe(false);
  });

  test('a refusal that the script expects is no failed reservation, and no success either', () => {
    const contended = withRoutes(run, (route) =>
      route.name === 'reservation' ? { ...route, statuses: { '200': 1, '409': route.requests - 1 }, failed: 0 } : route,
    );
    const seconds = contended.client.filter(({ routes }) => routes.some(({ name }) => name === 'reservation')).length;
    expect(row(contended, 'RESERVATION_SUCCESS')).toMatchObject({ ok: true, measured: 1, of: seconds });
    const refused = withRoutes(run, (route) =>
      route.name === 'reservation' ? { ...route, statuses: { '403': route.requests }, failed: route.requests } : route,
    );
    expect(row(refused, 'RESERVATION_SUCCESS')).toMatchObject({ ok: false, measured: 0 });
  });

  test('slots: longer than five minutes, or one that outlives its end', () => {
    expect(
      row(
        withServer(run, () => ({ slotSeconds: 301 })),
        'SLOT_SECONDS',
      ),
    ).toMatchObject({ ok: false, measured: 301 });
    const one = withServer(run, ({ second }) => ({ overdueSlots: second === 7 ? 1 : 0 }));
    expect(row(one, 'SLOT_SECONDS')).toMatchObject({ ok: false, of: 1 });
    // Redis does not count them: it reports them as over.
    expect(
      row(
        withServer(run, () => ({ overdueSlots: null })),
        'SLOT_SECONDS',
      ).ok,
    ).toBe(true);
  });

  test('sustained: too little because it was slow or failed fails; too little because no more was asked says nothing', () => {
    const few = (change: object) =>
      withClient(run, ({ latency }) => ({
        requests: 5,
        failed: 0,
        droppedIterations: 0,
        latency: { ...latency, p50: 5, p90: 9, p95: 9, p99: 9, max: 9 },
        ...change,
      }));
    expect(row(few({}), 'SUSTAINED')).toMatchObject(unmeasured);
    expect(row(few({ droppedIterations: 3 }), 'SUSTAINED').ok).toBe(false);
    expect(row(few({ failed: 2 }), 'SUSTAINED').ok).toBe(false);
    expect(row(few({ latency: { avg: 900, p50: 900, p90: 900, p95: 900, p99: 900, max: 900 } }), 'SUSTAINED').ok).toBe(
      false,
    );
  });

  test('what a scenario does not do is not measured', () => {
    const nothing = { ...run, client: [], audit: null, server: { ...run.server, seconds: [] } };
    for (const one of verdictOf(nothing)) expect(one).toMatchObject(unmeasured);
    const noSales = withClient(run, ({ routes }) => ({ routes: routes.filter(({ name }) => name !== 'reservation') }));
    expect(row(noSales, 'RESERVATION_SUCCESS')).toMatchObject(unmeasured);
    expect(row(noSales, 'TOKEN_P95').ok).toBe(true);
  });

  test('an invariant that is broken fails its own row', () => {
    const [check] = run.audit?.checks ?? [];
    const audit = {
      ok: false,
      checks: [{ name: 'one owner a seat', ok: false, detail: '1: seat 7' }, ...(check ? [check] : [])],
    };
    expect(verdictOf({ ...run, audit }).slice(5)).toMatchObject([{ ok: false, of: 'one owner a seat' }, { ok: true }]);
  });
});

describe('a percentile over many seconds', () => {
  test('of one second is that second’s; of many, never outside of theirs, and near the exact one', () => {
    const durations = fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(fc.array(durations, { minLength: 1, maxLength: 5 }), (seconds) => {
        const series = new ClientSeries(Date.now());
        const parts = seconds.map((each) => {
          const own = new ClientSeries(Date.now());
          for (const durationMs of each) {
            const sample = { name: 'x', method: 'GET', status: 200, failed: false, durationMs, step: undefined };
            own.add(sample);
            series.add(sample);
          }
          const [second] = own.seconds();
          if (!second) throw new Error('no second');
          return second;
        });
        const value = percentileOver(parts, 0.95) ?? 0;
        const each = parts.map(({ latency }) => latency.p95);
        expect(value).toBeGreaterThanOrEqual(Math.min(...each) - 1e-6);
        expect(value).toBeLessThanOrEqual(Math.max(...each) + 1e-6);
        if (parts.length === 1) expect(value).toBeCloseTo(parts[0]?.latency.p95 ?? 0, 6);
      }),
      { numRuns: 100 },
    );
    expect(percentileOver([], 0.95)).toBeNull();
  });
});

describe('the bottleneck', () => {
  const from = (start: number, over: Partial<ServerSecond>) => (run: RunRecord) =>
    withServer(run, ({ second }) => (second >= start ? over : {}));

  test('of the recorded run: the service, although others had used up the machine before', () => {
    const { first, saturated, shares } = bottleneckOf(recordedRun());
    expect(saturated[0]).toMatchObject({ resource: 'MACHINE_CPU', from: 4 });
    expect(first).toMatchObject({ resource: 'SERVICE_CPU', from: 23 });
    expect(shares?.others).toBeGreaterThan(1);
    const sum = Object.values({ ...shares, processors: 0 }).reduce((total, share) => total + share, 0);
    expect(sum).toBeCloseTo(2, 0);
  });

  test('the machine, where the run itself used it up, or nothing else was', () => {
    const run = recordedRun();
    const alone = withServer(run, () => ({ cpu: 0.8, cpuOfAll: 1.6, loopLagMs: 10 }));
    expect(bottleneckOf(alone).first).toMatchObject({ resource: 'MACHINE_CPU', from: 4 });
    const idle = withServer(run, () => ({ cpu: 0.1, cpuOfAll: 0.1, loopLagMs: 10 }));
    expect(bottleneckOf(idle).first).toMatchObject({ resource: 'MACHINE_CPU', from: 4 });
  });

  test('none where nothing ran out, and how far it is to the limits', () => {
    const { first, saturated, uses } = bottleneckOf(quiet(recordedRun()));
    expect([first, saturated]).toEqual([null, []]);
    expect(uses.find(({ resource }) => resource === 'SERVICE_CPU')).toMatchObject({
      most: 0.4,
      limit: 0.9,
      seconds: 0,
    });
    expect(uses.find(({ resource }) => resource === 'REDIS_CPU')?.most).toBeNull();
  });

  test.each<[Resource, Partial<ServerSecond>]>([
    ['SERVICE_CPU', { cpu: 0.97 }],
    ['EVENT_LOOP', { loopLagMs: 180 }],
    ['POOL', { poolSize: 10, poolUsed: 10, poolWaiting: 25 }],
    ['LOCKS', { lockWaiting: 9, lockWaitMs: 700 }],
    ['DATABASE_CPU', { databaseCpu: 1.95 }],
    ['DATABASE_THREAD', { cpu: 1.4, databaseThread: 0.96 }],
    ['REDIS_CPU', { redisCpu: 0.99 }],
    ['REDIS_TIME', { redisAnswerMs: 120 }],
    ['LAG', { lag: 5_000 }],
  ])('%s, from the second in which it begins', (resource, over) => {
    const run = from(12, over)(quiet(recordedRun()));
    expect(bottleneckOf(run).first).toMatchObject({
      resource,
      from: 12,
      seconds: run.server.seconds.filter(({ second }) => second >= 12).length,
    });
  });

  test('what comes first in time is named, not what is worst', () => {
    const run = from(20, { cpu: 1 })(from(6, { poolWaiting: 3 })(quiet(recordedRun())));
    const { first, saturated } = bottleneckOf(run);
    expect(first?.resource).toBe('POOL');
    expect(saturated.map(({ resource }) => resource)).toEqual(['POOL', 'SERVICE_CPU']);
  });

  test('of what ran out together, the cause: locks before the pool that they fill', () => {
    const run = from(8, { poolWaiting: 20, loopLagMs: 300 })(from(9, { lockWaiting: 8 })(quiet(recordedRun())));
    expect(bottleneckOf(run).first?.resource).toBe('LOCKS');
    // Without it, what the first rule says.
    expect(bottleneckOf(from(8, { poolWaiting: 20 })(quiet(recordedRun()))).first?.resource).toBe('POOL');
  });

  test('two seconds are no limit reached, three are', () => {
    const for_ = (seconds: number) =>
      withServer(quiet(recordedRun()), ({ second }) => (second >= 5 && second < 5 + seconds ? { cpu: 1 } : {}));
    expect(bottleneckOf(for_(2)).first).toBeNull();
    expect(bottleneckOf(for_(3)).first).toMatchObject({ resource: 'SERVICE_CPU', from: 5 });
  });

  test('a runner that used up its core is named itself, also beside a service that did', () => {
    const busy = (run: RunRecord) => withClient(run, ({ second }) => (second >= 10 ? { runnerCpuPercent: 99 } : {}));
    const both = busy(from(9, { cpu: 1, loopLagMs: 400 })(quiet(recordedRun())));
    expect(bottleneckOf(both).first?.resource).toBe('RUNNER_CPU');
    const later = busy(from(3, { cpu: 1 })(quiet(recordedRun())));
    expect(bottleneckOf(later).first?.resource).toBe('SERVICE_CPU');
    // Two processes of the runner have a core each.
    const run = busy(quiet(recordedRun()));
    expect(bottleneckOf({ ...run, runner: { ...run.runner, processes: 2 } }).first).toBeNull();
  });

  test('tells what was served at that moment', () => {
    const run = from(12, { cpu: 1 })(quiet(recordedRun()));
    const then = run.client.filter(({ second }) => second >= 12 && second < 15);
    const served = then.reduce((sum, { requests, failed }) => sum + requests - failed, 0) / 3;
    expect(bottleneckOf(run).moment?.perSecond).toBeCloseTo(served);
  });
});

describe('the knee', () => {
  test('of the recorded climb: the last step that was served in full, and the first that was not', () => {
    const knee = kneeOf(recordedRun().client);
    expect(knee?.steps.map(({ name }) => name)).toEqual(['200', '300', '452', '676', '1012', '1520', '2280']);
    expect(knee?.lastSound).toMatchObject({ offered: 676, sound: true });
    expect(knee?.firstUnsound).toMatchObject({ offered: 1012, sound: false });
    // What disturbed it went away.
    expect(knee?.soundAgain).toMatchObject({ offered: 2280 });
  });

  const climb = (bad: (step: number) => Partial<{ failedShare: number; p95: number; served: number }>) =>
    [100, 200, 300, 400].flatMap((offered, i) =>
      Array.from({ length: 5 }, (_, n) => {
        const { failedShare = 0, p95 = 20, served = 1 } = bad(offered);
        const requests = offered * served;
        const latency = { avg: p95, p50: p95, p90: p95, p95, p99: p95, max: p95 };
        const route = {
          name: 'token',
          method: 'POST',
          requests,
          failed: requests * failedShare,
          statuses: {},
          latency,
        };
        const [first] = recordedRun().client;
        if (!first) throw new Error('nothing recorded');
        return {
          ...first,
          second: i * 5 + n,
          requests,
          failed: route.failed,
          latency,
          routes: [route],
          droppedIterations: 0,
          step: String(offered),
        };
      }),
    );

  test.each([
    ['answers come late', (step: number) => (step >= 300 ? { p95: 301 } : {})],
    ['answers fail', (step: number) => (step >= 300 ? { failedShare: 0.02 } : {})],
    ['not all is served', (step: number) => (step >= 300 ? { served: 0.9 } : {})],
  ])('where %s', (_, bad) => {
    const knee = kneeOf(climb(bad));
    expect([knee?.lastSound?.offered, knee?.firstUnsound?.offered, knee?.soundAgain]).toEqual([200, 300, null]);
  });

  test('is not where it never breaks, or breaks at once, or one step alone is bad', () => {
    expect(kneeOf(climb(() => ({})))).toMatchObject({ lastSound: { offered: 400 }, firstUnsound: null });
    expect(kneeOf(climb(() => ({ p95: 999 })))).toMatchObject({ lastSound: null, firstUnsound: { offered: 100 } });
    expect(kneeOf(climb((step) => (step === 200 ? { p95: 999 } : {})))?.firstUnsound).toBeNull();
    expect(kneeOf(recordedRun().client.map((second) => ({ ...second, step: undefined })))).toBeNull();
  });
});
