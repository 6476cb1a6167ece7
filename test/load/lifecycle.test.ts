// init, setup, VU code, teardown, and how a run ends. Expected: "Test lifecycle" of k6's documentation and its exit codes.
import { describe, expect, test } from 'vitest';
import { runScript, startServer } from './support.ts';

describe('the stages of a test', () => {
  test('run in order: init once a user, setup once, iterations, teardown once', async () => {
    const source = `
      console.log('init', __VU);
      export const options = { vus: 2, iterations: 2 };
      export function setup() { console.log('setup', __VU); return { n: 1 }; }
      export default function (data) { console.log('iteration', data.n); }
      export function teardown(data) { console.log('teardown', data.n); }`;
    const { console } = await runScript(source);
    const order = console.filter((line) => !line.startsWith('init'));
    expect(order).toEqual(['setup 0', 'iteration 1', 'iteration 1', 'teardown 1']);
    expect(console.filter((line) => /^init [12]$/.test(line)).sort()).toEqual(['init 1', 'init 2']);
  });

  test('each user has its own globals and its own copy of the setup data', async () => {
    const source = `
      let seen = 0;
      export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 2 } } };
      export function setup() { return { list: [1] }; }
      export default function (data) { data.list.push(__VU); console.log(__VU, ++seen, data.list.join()); }
      export function teardown(data) { console.log('end', data.list.join()); }`;
    const { console } = await runScript(source);
    expect([...console].sort()).toEqual(['1 1 1,1', '1 2 1,1,1', '2 1 1,2', '2 2 1,2,2', 'end 1']);
  });

  test('setup may be async, and its data travels as JSON', async () => {
    const source = `
      export async function setup() { await Promise.resolve(); return { at: new Date(0), none: undefined }; }
      export default function (data) { console.log(JSON.stringify(data)); }`;
    expect((await runScript(source)).console).toEqual(['{"at":"1970-01-01T00:00:00.000Z"}']);
  });

  test('without data from setup the argument is undefined', async () => {
    const ran = await runScript('export function setup() {} export default function (data) { console.log(data); }');
    expect(ran.console).toEqual(['undefined']);
  });

  test('samples of setup and teardown are in groups of their own', async () => {
    const server = await startServer();
    const source = `
      import http from 'k6/http';
      import { check } from 'k6';
      export const options = { thresholds: { 'http_reqs{group:::setup}': ['count==1'], 'http_reqs{group:::teardown}': ['count==2'],
        'http_reqs{group:}': ['count==3'] } };
      export function setup() { http.get(__ENV.URL); check(1, { fine: true }); }
      export default function () { for (let n = 0; n < 3; n++) http.get(__ENV.URL); }
      export function teardown() { http.get(__ENV.URL); http.get(__ENV.URL); }`;
    const ran = await runScript(source, { args: ['-e', `URL=${server.url}`] });
    expect(ran.code).toBe(0);
    expect(ran.exported.root_group.groups.setup?.checks).toMatchObject({ fine: { passes: 1, fails: 0 } });
  });

  test('--no-setup and --no-teardown', async () => {
    const source = `
      export function setup() { console.log('setup'); }
      export default function () {}
      export function teardown() { console.log('teardown'); }`;
    expect((await runScript(source, { args: ['--no-setup', '--no-teardown'] })).console).toEqual([]);
  });

  test('what only works in init, and what does not work there', async () => {
    const inInit = (code: string) =>
      runScript(`import { check, group, sleep } from 'k6'; import http from 'k6/http'; import { Counter } from 'k6/metrics';
        import exec from 'k6/execution'; ${code}; export default function () {}`);
    for (const code of [
      'http.get("http://localhost")',
      'sleep(1)',
      'check(1, {})',
      'group("a", () => {})',
      'exec.scenario.name',
    ]) {
      const ran = await inInit(code);
      expect([code, ran.code]).toEqual([code, 107]);
    }
    const inIteration = (code: string) =>
      runScript(`import { Counter } from 'k6/metrics'; import { SharedArray } from 'k6/data';
        export default function () { try { ${code}; console.log('worked'); } catch (e) { console.log('refused'); } }`);
    for (const code of ['open("a.txt")', 'new Counter("c")', 'new SharedArray("s", () => [])', 'require("./a.js")'])
      expect([code, (await inIteration(code)).console]).toEqual([code, ['refused']]);
  });
});

describe('exit codes', () => {
  const iteration = (code: string) => `import exec from 'k6/execution'; import { fail, sleep } from 'k6';
    export default function () { ${code} }`;

  test('0: an error in an iteration ends the iteration, not the run', async () => {
    const ran = await runScript(iteration('if (__ITER === 0) throw new Error("boom"); console.log("second");'), {
      args: ['-i', '2'],
    });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/ERRO\[\d+\] Error: boom\n\tat default \(file:.*script\.js:2:\d+\)/);
    expect(ran.console).toEqual(['second']);
    expect(ran.exported.metrics.iterations?.count).toBe(2);
  });
  test('0: fail() ends the iteration', async () => {
    const ran = await runScript(iteration('fail("no good"); console.log("never");'));
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('no good');
    expect(ran.console).toEqual([]);
  });
  test('99: a threshold was crossed', async () => {
    const source = `export const options = { thresholds: { iterations: ['count>5'] } }; ${iteration('')}`;
    const ran = await runScript(source);
    expect(ran.code).toBe(99);
    expect(ran.stderr).toContain("thresholds on metrics 'iterations' have been crossed");
  });
  test('100 and 101: setup and teardown took too long', async () => {
    const setup = `import { sleep } from 'k6'; export const options = { setupTimeout: '100ms' };
      export function setup() { sleep(20); } export default function () { console.log('ran'); }`;
    const teardown = `import { sleep } from 'k6'; export const options = { teardownTimeout: '100ms' };
      export default function () { console.log('ran'); } export function teardown() { for (;;) {} }`;
    const first = await runScript(setup);
    expect([first.code, first.console]).toEqual([100, []]);
    const second = await runScript(teardown);
    expect([second.code, second.console]).toEqual([101, ['ran']]);
    expect(second.stderr).toContain('teardown() execution timed out after 0.1 seconds');
  });
  test('105: a signal stops the run; teardown and summary still come', async () => {
    const source = `${iteration('sleep(30);')} export function teardown() { console.log('teardown'); }`;
    const ran = await runScript(source, { onStart: (interrupt) => void setTimeout(interrupt, 200) });
    expect(ran.code).toBe(105);
    expect(ran.console).toEqual(['teardown']);
    expect(ran.stdout).toContain('TOTAL RESULTS');
  });
  test('107: the script can not be read', async () => {
    const syntax = await runScript('export default function () {');
    expect([syntax.code, syntax.stderr]).toEqual([107, expect.stringContaining('SyntaxError')]);
    const thrown = await runScript('const a = {};\nthrow new Error("at the top");');
    expect(thrown.code).toBe(107);
    expect(thrown.stderr).toMatch(/Error: at the top\n\tat <anonymous> \(file:.*script\.js:2:\d+\)/);
  });
  test('107: setup() threw; nothing runs, nothing is torn down', async () => {
    const source = `export function setup() { throw new Error('not today'); }
      export default function () { console.log('ran'); } export function teardown() { console.log('torn down'); }`;
    const ran = await runScript(source);
    expect([ran.code, ran.console]).toEqual([107, []]);
    expect(ran.stderr).toContain('setup(): Error: not today');
  });
  test('108: test.abort() stops all users at once; teardown still runs', async () => {
    const source = `${iteration("if (__VU === 2) exec.test.abort('enough'); sleep(30);")}
      export const options = { vus: 3, iterations: 3 };
      export function teardown() { console.log('teardown'); }`;
    const ran = await runScript(source);
    expect([ran.code, ran.console]).toEqual([108, ['teardown']]);
    expect(ran.stderr).toContain('test aborted: enough');
  });
  test('108: test.abort() can not be caught, and works in setup', async () => {
    const caught = await runScript(iteration('try { exec.test.abort(); } catch (e) { console.log("caught"); }'));
    expect([caught.code, caught.console]).toEqual([108, []]);
    const setup = `import exec from 'k6/execution'; export function setup() { exec.test.abort('no service'); }
      export default function () { console.log('ran'); }`;
    const ran = await runScript(setup);
    expect([ran.code, ran.console]).toEqual([108, []]);
  });
  test('110: test.fail() lets the run go on and marks it', async () => {
    const ran = await runScript(iteration("if (__ITER === 0) exec.test.fail('wrong total'); console.log('on');"), {
      args: ['-i', '2'],
    });
    expect([ran.code, ran.console]).toEqual([110, ['on', 'on']]);
    expect(ran.stderr).toContain('wrong total');
  });
  test('the first thing that went wrong decides', async () => {
    const source = `export const options = { thresholds: { iterations: ['count>5'] } }; ${iteration('exec.test.abort();')}`;
    expect((await runScript(source)).code).toBe(108);
  });
});

describe('thresholds', () => {
  test('abortOnFail stops the run when it is crossed', async () => {
    const source = `import { sleep } from 'k6';
      export const options = { vus: 2, duration: '60s',
        thresholds: { checks: [{ threshold: 'rate>0.9', abortOnFail: true }] } };
      import { check } from 'k6';
      export default function () { check(1, { wrong: false }); sleep(0.1); }`;
    const startedAt = Date.now();
    const ran = await runScript(source);
    expect(ran.code).toBe(99);
    expect(ran.stderr).toContain('abortOnFail enabled, stopping test prematurely');
    expect(Date.now() - startedAt).toBeLessThan(30_000);
  });
  test('delayAbortEval keeps it from being judged too early', async () => {
    const source = `import { sleep, check } from 'k6';
      export const options = { duration: '1500ms',
        thresholds: { checks: [{ threshold: 'rate>0.9', abortOnFail: true, delayAbortEval: '1h' }] } };
      export default function () { check(1, { wrong: false }); sleep(0.1); }
      export function teardown() { console.log('reached'); }`;
    const ran = await runScript(source, { args: ['--quiet=false'] });
    expect(ran.code).toBe(99);
    expect(ran.stderr).not.toContain('prematurely');
  });
  test('every operator, every aggregation', async () => {
    const source = `
      import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
      const c = new Counter('c'), g = new Gauge('g'), r = new Rate('r'), t = new Trend('t');
      export const options = { thresholds: {
        c: ['count==6', 'count===6', 'count!=5', 'count >= 6', 'count<=6', 'rate>0'],
        g: ['value<2.5', ' value > 1.5 '],
        r: ['rate==0.75'],
        t: ['avg==25', 'min==10', 'max==40', 'med==25', 'p(50)==25', 'p(90)==37', 'p(99.9) < 40'],
        't{kind:b}': ['count>0'].slice(1).concat('max==20'),
        c_missing: [] } };
      const unused = new Counter('c_missing');
      export default function () {
        for (const n of [1, 2, 3]) c.add(n);
        g.add(5); g.add(2);
        for (const ok of [true, 1, 0, 'x'.length]) r.add(ok);
        for (const n of [10, 20, 30, 40]) t.add(n, { kind: n === 20 ? 'b' : 'a' });
      }`;
    const ran = await runScript(source);
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(0);
    expect(Object.values(ran.exported.metrics.t?.thresholds ?? {})).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
  test('without samples a counter stands at 0, and other metrics cross nothing', async () => {
    const source = `export const options = { thresholds: { checks: ['rate>0.9'], http_reqs: ['count<1', 'count>0'] } };
      export default function () {}`;
    const ran = await runScript(source);
    expect(ran.code).toBe(99);
    expect(ran.exported.metrics.http_reqs).toMatchObject({
      count: 0,
      thresholds: { 'count<1': false, 'count>0': true },
    });
    expect(ran.exported.metrics.checks).toMatchObject({ passes: 0, fails: 0, thresholds: { 'rate>0.9': false } });
    expect(ran.stdout).toContain("✓ 'rate>0.9' no samples");
  });
  test('--no-thresholds judges none', async () => {
    const source = `export const options = { thresholds: { iterations: ['count>5'] } }; export default function () {}`;
    expect((await runScript(source, { args: ['--no-thresholds'] })).code).toBe(0);
  });
});

describe('checks and groups', () => {
  const source = `
    import { check, group } from 'k6';
    export const options = { iterations: 2 };
    export default function () {
      const all = check({ n: 1 }, { one: (v) => v.n === 1, two: (v) => v.n === 2 });
      console.log(all, check(null, { truthy: 'yes' }, { tagged: 'x' }));
      const value = group('outer', () => { group('inner', () => check(1, { deep: true })); return 42; });
      console.log(value);
    }`;
  test('are counted where they are', async () => {
    const { console, exported } = await runScript(source);
    expect(console).toEqual(['false true', '42', 'false true', '42']);
    expect(exported.metrics.checks).toMatchObject({ passes: 6, fails: 2, value: 0.75 });
    expect(exported.metrics.group_duration).toBeDefined();
    expect(exported.root_group.checks).toMatchObject({
      one: { passes: 2, fails: 0, path: '::one' },
      two: { passes: 0, fails: 2 },
      truthy: { passes: 2, fails: 0 },
    });
    const inner = exported.root_group.groups.outer?.groups.inner;
    expect(inner?.path).toBe('::outer::inner');
    expect(inner?.checks).toMatchObject({ deep: { passes: 2, fails: 0, path: '::outer::inner::deep' } });
  });
  test('a check that throws is a failed one, and the error goes on', async () => {
    const ran = await runScript(`import { check } from 'k6';
      export default function () { check(null, { field: (v) => v.x === 1, later: true }); }`);
    expect(ran.stderr).toContain("cannot read property 'x' of null");
    expect(ran.exported.root_group.checks).toEqual({ field: expect.objectContaining({ passes: 0, fails: 1 }) });
  });
  test('an error in a group leaves the group', async () => {
    const ran = await runScript(`import { check, group } from 'k6'; import exec from 'k6/execution';
      export default function () {
        try { group('g', () => { throw new Error('x'); }); } catch (e) { console.log(exec.vu.tags.group === ''); }
        group('g', () => console.log(exec.vu.tags.group));
      }`);
    expect(ran.console).toEqual(['true', '::g']);
  });
  test('names may not contain "::", and group takes no async function', async () => {
    const ran = await runScript(`import { check, group } from 'k6';
      export default function () {
        for (const f of [() => check(1, { 'a::b': true }), () => group('a::b', () => {}), () => group('g', async () => {})])
          try { f(); console.log('worked'); } catch (e) { console.log(e.message); }
      }`);
    expect(ran.console).toEqual([
      "group and check names may not contain '::'",
      "group and check names may not contain '::'",
      'group() does not support async functions as arguments',
    ]);
  });
});

describe('custom metrics', () => {
  test('are shown with their kind of value, and tagged', async () => {
    const source = `
      import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
      const errors = new Counter('errors'), size = new Gauge('size'), ok = new Rate('ok'), wait = new Trend('wait', true);
      export const options = { thresholds: { 'wait{step:"one"}': ['max<=100'] } };
      export default function () {
        errors.add(2); errors.add(true); size.add(10); size.add(4); ok.add(true); ok.add(false);
        wait.add(100, { step: 'one' }); wait.add(2500, { step: 2 });
        console.log(errors.name, errors.add('x'));
      }`;
    const ran = await runScript(source);
    expect(ran.code).toBe(0);
    expect(ran.console).toEqual(['errors false']);
    expect(ran.stderr).toContain('errors.add(): the value is not a number');
    expect(ran.exported.metrics).toMatchObject({
      errors: { count: 3 },
      size: { value: 4, min: 4, max: 10 },
      ok: { passes: 1, fails: 1, value: 0.5 },
      wait: { avg: 1300, max: 2500, min: 100 },
    });
    expect(ran.stdout).toMatch(/ wait\.+: avg=1\.3s/);
  });
  test.each([
    [`new Counter('1st')`, 'Invalid metric name'],
    [`new Counter('a'); new Trend('a')`, "metric 'a' already exists as a counter"],
    [`new Trend('http_req_duration')`, "metric 'http_req_duration' already exists as a trend of time values"],
  ])('%s is refused', async (code, message) => {
    const ran = await runScript(`import { Counter, Trend } from 'k6/metrics'; ${code}; export default function () {}`);
    expect([ran.code, ran.stderr]).toEqual([107, expect.stringContaining(message)]);
  });
});
