// Each executor, from k6's pages on them. Counts are exact where the documentation makes them so; where time decides,
// the bounds are wide enough for a busy machine.
import { describe, expect, test } from 'vitest';
import { runScript } from './support.ts';

const scenario = (config: object, body: string, more = '') => `
  import exec from 'k6/execution';
  import { sleep } from 'k6';
  ${more}
  export const options = { scenarios: { it: ${JSON.stringify(config)} } };
  export default function () { ${body} }`;

const count = (values: readonly string[]) => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

describe('per-vu-iterations', () => {
  test('each user runs exactly its number', async () => {
    const config = { executor: 'per-vu-iterations', vus: 3, iterations: 4 };
    const ran = await runScript(scenario(config, 'console.log("vu", __VU, __ITER)'));
    const expected = [1, 2, 3].flatMap((vu) => [0, 1, 2, 3].map((iteration) => `vu ${vu} ${iteration}`));
    expect([...ran.console].sort()).toEqual(expected);
    expect(ran.exported.metrics.iterations?.count).toBe(12);
  });
  test('maxDuration drops what has not begun, and gracefulStop interrupts what has', async () => {
    const config = {
      executor: 'per-vu-iterations',
      vus: 2,
      iterations: 5,
      maxDuration: '200ms',
      gracefulStop: '100ms',
    };
    const ran = await runScript(scenario(config, 'sleep(30)'));
    expect(ran.exported.metrics.iterations).toBeUndefined();
    expect(ran.exported.metrics.dropped_iterations?.count).toBe(8);
  });
});

describe('shared-iterations', () => {
  test('the users share one number', async () => {
    const config = { executor: 'shared-iterations', vus: 4, iterations: 10 };
    const ran = await runScript(scenario(config, 'console.log(exec.scenario.iterationInTest); sleep(0.01)'));
    expect(ran.console.map(Number).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
  test('a faster user takes more of them', async () => {
    const config = { executor: 'shared-iterations', vus: 2, iterations: 12 };
    const ran = await runScript(scenario(config, 'console.log(__VU); sleep(__VU === 1 ? 0.5 : 0.01)'));
    const { 1: slow = 0, 2: fast = 0 } = count(ran.console);
    expect(slow + fast).toBe(12);
    expect(fast).toBeGreaterThan(slow);
  });
  test('maxDuration drops the rest', async () => {
    const config = { executor: 'shared-iterations', vus: 1, iterations: 100, maxDuration: '300ms' };
    const ran = await runScript(scenario(config, 'sleep(0.2)'));
    const done = ran.exported.metrics.iterations?.count ?? 0;
    expect(done).toBeGreaterThanOrEqual(1);
    expect(done + (ran.exported.metrics.dropped_iterations?.count ?? 0)).toBe(100);
  });
});

describe('constant-vus', () => {
  test('all users work until the time is over, and finish what they began', async () => {
    const config = { executor: 'constant-vus', vus: 3, duration: '500ms' };
    const ran = await runScript(scenario(config, 'sleep(0.3); console.log(__VU)'));
    const each = count(ran.console);
    expect(Object.keys(each)).toEqual(['1', '2', '3']);
    // The second iteration begins after 0.3 s and ends, gracefully, after 0.6 s.
    for (const iterations of Object.values(each)) expect(iterations).toBeLessThanOrEqual(2);
    expect(ran.stderr).not.toContain('interrupted');
  });
  test('gracefulStop 0 interrupts at once, and what is interrupted counts nowhere', async () => {
    const config = { executor: 'constant-vus', vus: 2, duration: '200ms', gracefulStop: '0s' };
    const script = scenario(config, 'sleep(20); console.log("never")');
    const ran = await runScript(script.replace('--quiet', ''), { args: ['--quiet=false'] });
    expect(ran.console).toEqual([]);
    expect(ran.stderr).toContain('0 complete and 2 interrupted iterations');
    expect(ran.exported.metrics.iteration_duration).toBeUndefined();
  });
  test('an endless loop is interrupted too, and its try/catch/finally can not stop that', async () => {
    const config = { executor: 'constant-vus', vus: 1, duration: '100ms', gracefulStop: '200ms' };
    const body = 'try { for (;;) {} } catch (e) { console.log("caught"); } finally { console.log("finally"); }';
    const ran = await runScript(scenario(config, body), { args: ['--quiet=false'] });
    expect(ran.console).toEqual([]);
    expect(ran.stderr).toContain('0 complete and 1 interrupted iterations');
  });
  test('a script that never waits does not outlive its duration', async () => {
    const config = { executor: 'constant-vus', vus: 2, duration: '200ms' };
    const ran = await runScript(scenario(config, ''));
    expect(ran.exported.metrics.iterations?.count).toBeGreaterThan(10);
  });
});

describe('ramping-vus', () => {
  test('users come and go with the stages', async () => {
    const stages = [
      { duration: '500ms', target: 5 },
      { duration: '500ms', target: 0 },
    ];
    const config = { executor: 'ramping-vus', startVUs: 0, stages };
    const ran = await runScript(scenario(config, 'console.log(__VU, exec.instance.vusActive); sleep(0.05)'));
    const users = new Set(ran.console.map((line) => line.split(' ')[0]));
    const active = ran.console.map((line) => Number(line.split(' ')[1]));
    expect(users.size).toBe(5);
    expect(Math.max(...active)).toBe(5);
    expect(active[0]).toBe(1);
  });
  test('gracefulRampDown lets a user finish; without it the iteration is interrupted', async () => {
    const stages = [
      { duration: '0s', target: 2 },
      { duration: '100ms', target: 2 },
      { duration: '0s', target: 0 },
      { duration: '600ms', target: 0 },
    ];
    const ramp = { executor: 'ramping-vus', startVUs: 0, stages };
    const body = 'sleep(0.4); console.log("finished")';
    const gentle = await runScript(scenario({ ...ramp, gracefulRampDown: '20s' }, body));
    expect(gentle.console).toEqual(['finished', 'finished']);
    const harsh = await runScript(scenario({ ...ramp, gracefulRampDown: '0s' }, body));
    expect(harsh.console).toEqual([]);
  });
  test('a user whose place is wanted again goes on', async () => {
    const stages = [
      { duration: '50ms', target: 1 },
      { duration: '0s', target: 0 },
      { duration: '50ms', target: 0 },
      { duration: '0s', target: 1 },
      { duration: '500ms', target: 1 },
    ];
    const config = { executor: 'ramping-vus', startVUs: 1, stages, gracefulRampDown: '0s' };
    const ran = await runScript(scenario(config, 'console.log(__VU); sleep(0.02)'));
    expect(new Set(ran.console)).toEqual(new Set(['1']));
    expect(ran.console.length).toBeGreaterThan(3);
  });
});

describe('constant-arrival-rate', () => {
  test('starts rate × duration iterations, however long they take', async () => {
    const config = { executor: 'constant-arrival-rate', rate: 20, duration: '1s', preAllocatedVUs: 30 };
    const ran = await runScript(scenario(config, 'sleep(0.5)'));
    const { iterations, dropped_iterations: dropped } = ran.exported.metrics;
    expect((iterations?.count ?? 0) + (dropped?.count ?? 0)).toBe(20);
    expect(dropped).toBeUndefined();
    expect(ran.exported.metrics.iteration_duration?.min).toBeGreaterThanOrEqual(490);
  });
  test('timeUnit: 120 a minute are 2 a second', async () => {
    const config = { executor: 'constant-arrival-rate', rate: 120, timeUnit: '1m', duration: '1s', preAllocatedVUs: 4 };
    const ran = await runScript(scenario(config, ''));
    expect(ran.exported.metrics.iterations?.count).toBe(2);
  });
  test('drops and counts what finds no free user, and says so', async () => {
    const config = {
      executor: 'constant-arrival-rate',
      rate: 50,
      duration: '500ms',
      preAllocatedVUs: 2,
      gracefulStop: '0s',
    };
    const ran = await runScript(scenario(config, 'sleep(10)'), { args: ['--quiet'] });
    expect(ran.exported.metrics.dropped_iterations?.count).toBe(23);
    expect(ran.stderr).toContain('Insufficient VUs, reached 2 active VUs and cannot initialize more');
  });
  test('drops it at once, also when a look at who is free takes longer than the next arrival', async () => {
    const rate = { executor: 'constant-arrival-rate', rate: 400, duration: '500ms' };
    const config = { ...rate, preAllocatedVUs: 2, gracefulStop: '0s' };
    // Both users keep the processor: no more than 25 turns of 20 ms fit in, and what one or two began before the end.
    const burn = 'const until = Date.now() + 20; while (Date.now() < until);';
    const { iterations, dropped_iterations } = (await runScript(scenario(config, burn))).exported.metrics;
    // But for the last few, which the end interrupts. What was put off would still be to start then: about half.
    expect((iterations?.count ?? 0) + (dropped_iterations?.count ?? 0)).toBeGreaterThanOrEqual(190);
    expect(iterations?.count).toBeLessThanOrEqual(28);
  });
  test('takes more users, up to maxVUs, when those it began with are busy', async () => {
    const config = { executor: 'constant-arrival-rate', rate: 40, duration: '500ms', preAllocatedVUs: 1, maxVUs: 6 };
    const ran = await runScript(scenario(config, 'console.log(__VU); sleep(1)'));
    expect(new Set(ran.console)).toEqual(new Set(['1', '2', '3', '4', '5', '6']));
  });
  test('durations count from the scheduled start, not from the late one', async () => {
    // The first iteration blocks the only thread for 300 ms: those scheduled meanwhile start late, and it shows.
    const config = { executor: 'constant-arrival-rate', rate: 20, duration: '400ms', preAllocatedVUs: 10 };
    const body = `if (exec.scenario.iterationInTest === 0) { const until = Date.now() + 300; while (Date.now() < until); }`;
    const ran = await runScript(scenario(config, body), { args: ['--summary-trend-stats', 'min,med,max,count'] });
    const { iteration_duration: durations, dropped_iterations: dropped } = ran.exported.metrics;
    expect(durations?.count).toBe(8);
    expect(dropped).toBeUndefined();
    // Scheduled at 50, 100, … 250 ms and started after 300 ms: six of the eight waited 50 ms or more.
    expect(durations?.med).toBeGreaterThan(45);
  });
});

test('ramping-arrival-rate starts the area under the rate', async () => {
  const stages = [
    { duration: '500ms', target: 40 },
    { duration: '500ms', target: 0 },
  ];
  const config = { executor: 'ramping-arrival-rate', startRate: 0, stages, preAllocatedVUs: 30 };
  const ran = await runScript(scenario(config, ''));
  expect(ran.exported.metrics.iterations?.count).toBe(20);
});

describe('several scenarios', () => {
  const source = `
    import exec from 'k6/execution';
    import { sleep } from 'k6';
    export const options = { scenarios: {
      first: { executor: 'per-vu-iterations', vus: 2, exec: 'first', env: { WHO: 'one' }, tags: { kind: 'a' },
        maxDuration: '1s', gracefulStop: '0s' },
      second: { executor: 'shared-iterations', vus: 2, iterations: 2, exec: 'second', startTime: '1200ms',
        env: { WHO: 'two' } } },
      thresholds: { 'iterations{scenario:first}': ['count==2'], 'iterations{kind:a}': ['count==2'],
        'iterations{scenario:second}': ['count==2'] } };
    const say = () => console.log([exec.scenario.name, exec.scenario.executor, __ENV.WHO, exec.vu.idInTest,
      exec.vu.iterationInScenario, exec.vu.iterationInInstance].join(' '));
    export function first() { say(); }
    export function second() { say(); sleep(0.05); }`;
  test('each has its function, environment, tags and time; users who are free are used again', async () => {
    const ran = await runScript(source);
    expect(ran.code).toBe(0);
    expect(ran.console.slice(0, 2).sort()).toEqual([
      'first per-vu-iterations one 1 0 0',
      'first per-vu-iterations one 2 0 0',
    ]);
    expect(ran.console.slice(2).sort()).toEqual([
      'second shared-iterations two 1 0 1',
      'second shared-iterations two 2 0 1',
    ]);
  });
  test('are announced as k6 does', async () => {
    const ran = await runScript(source, { args: ['--quiet=false'] });
    expect(ran.stderr).toContain('scenarios: (100.00%) 2 scenarios, 2 max VUs, 10m31.2s max duration');
    expect(ran.stderr).toContain(
      '* second: 2 iterations shared among 2 VUs (maxDuration: 10m0s, exec: second, startTime: 1.2s, gracefulStop: 30s)',
    );
  });
});

test('k6/execution tells where the script is', async () => {
  const source = `
    import exec from 'k6/execution';
    export const options = { vus: 1, iterations: 1, tags: { team: 'red' } };
    export default function () {
      exec.vu.tags.mood = 'good';
      console.log(JSON.stringify([Object.keys(exec.vu.tags).sort(), exec.vu.metrics.tags.mood, 'mood' in exec.vu.tags,
        exec.instance.vusInitialized, exec.instance.iterationsCompleted, exec.scenario.progress,
        Math.abs(Date.now() - exec.scenario.startTime) < 60000, exec.instance.currentTestRunDuration >= 0]));
      delete exec.vu.tags.mood;
      console.log(exec.vu.tags.mood);
      try { exec.vu.tags.x = {}; } catch (e) { console.log(e.name); }
    }`;
  const ran = await runScript(source);
  expect(JSON.parse(ran.console[0] ?? '')).toEqual([
    ['group', 'mood', 'scenario', 'team'],
    'good',
    true,
    1,
    0,
    0,
    true,
    true,
  ]);
  expect(ran.console.slice(1)).toEqual(['undefined', 'TypeError']);
});

test('minIterationDuration makes an iteration last that long', async () => {
  const source = `
    export const options = { iterations: 3, minIterationDuration: '150ms' };
    export default function () { console.log(Date.now()); }`;
  const ran = await runScript(source);
  const [first = 0, , third = 0] = ran.console.map(Number);
  expect(third - first).toBeGreaterThanOrEqual(295);
});

describe('progress', () => {
  const source = `
    import { sleep } from 'k6';
    export const options = { vus: 2, duration: '2500ms' };
    export default function () { if (__ITER === 2) console.log('in between'); sleep(0.5); }`;
  test('on a terminal: a picture drawn over itself each second, log lines above it', async () => {
    const { stderr } = await runScript(source, { args: ['--quiet=false', '--no-color'], tty: true });
    const frame =
      /running \(00m0\d\.\ds\), 2\/2 VUs, \d+ complete and 0 interrupted iterations, 0 requests\/s\ndefault {3}\[=*>?-*\] 2 VUs {2}00m0\d\.\ds\/2\.5s\n/;
    expect(stderr).toMatch(frame);
    expect(stderr.split('\u001b[1A\u001b[2K').length).toBeGreaterThan(2);
    expect(stderr).toMatch(/default ✓ \[={40}\] 2 VUs {2}00m02\.5s\/2\.5s\n$/);
  });
  test('--quiet shows none', async () => {
    const { stderr } = await runScript(source, { args: ['-d', '100ms'], tty: true });
    expect(stderr).toBe('');
  });
});
