// Where options come from and which wins. Expected: grafana.com/docs/k6, "Options reference" and "How to use options".
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../load/runner/options/duration.ts';
import { runScript } from './support.ts';

describe('durations', () => {
  test.each([
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['1h2m3s', 3_723_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['1d', 86_400_000],
    ['0', 0],
    ['0s', 0],
    ['250us', 0.25],
    [2000, 2000],
    ['2000', 2000],
  ])('%s is %d ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  test.each(['', 'abc', '-5s', '5 s', '5x', '1m30', -1, Number.NaN, null, {}])('%s is none', (value) =>
    expect(parseDuration(value)).toBeUndefined(),
  );

  test.each([
    [0, '0s'],
    [500, '500ms'],
    [1500, '1.5s'],
    [39_000, '39s'],
    [640_000, '10m40s'],
    [3_600_000, '1h0m0s'],
  ])('%d ms is written %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));
});

const showScenarios = `
  import exec from 'k6/execution';
  export default function () {
    if (exec.scenario.iterationInTest === 0) console.log(JSON.stringify(exec.test.options.scenarios));
    exec.test.abort();
  }`;
const withOptions = (options: object) => `export const options = ${JSON.stringify(options)};${showScenarios}`;
async function scenariosOf(options: object, args: string[] = [], env = {}): Promise<unknown> {
  const ran = await runScript(withOptions(options), { args, env });
  return JSON.parse(ran.console[0] ?? ran.stderr);
}

describe('shortcuts stand for one scenario named default', () => {
  test('nothing: one iteration of one user', async () => {
    expect(await scenariosOf({})).toEqual({ default: { executor: 'per-vu-iterations' } });
  });
  test('vus and duration: constant-vus', async () => {
    const expected = { default: { executor: 'constant-vus', vus: 3, duration: '5s' } };
    expect(await scenariosOf({ vus: 3, duration: '5s' })).toEqual(expected);
  });
  test('vus and iterations: shared-iterations', async () => {
    const expected = { default: { executor: 'shared-iterations', vus: 2, iterations: 10 } };
    expect(await scenariosOf({ vus: 2, iterations: 10 })).toEqual(expected);
  });
  test('iterations and duration: the duration is the longest the iterations may take', async () => {
    const expected = { default: { executor: 'shared-iterations', vus: 1, iterations: 4, maxDuration: '7s' } };
    expect(await scenariosOf({ iterations: 4, duration: '7s' })).toEqual(expected);
  });
  test('stages: ramping-vus, vus being where it starts', async () => {
    const stages = [{ duration: '1s', target: 5 }];
    const expected = { default: { executor: 'ramping-vus', stages, startVUs: 2 } };
    expect(await scenariosOf({ stages, vus: 2 })).toEqual(expected);
  });
});

describe('precedence: script, then environment, then command line', () => {
  test('each wins over the one before', async () => {
    const script = { vus: 1, duration: '1s' };
    expect(await scenariosOf(script, [], { K6_VUS: '4' })).toMatchObject({ default: { vus: 4 } });
    expect(await scenariosOf(script, ['--vus', '6'], { K6_VUS: '4' })).toMatchObject({ default: { vus: 6 } });
    expect(await scenariosOf(script, ['-u', '6', '-d', '3s'])).toEqual({
      default: { executor: 'constant-vus', vus: 6, duration: '3s' },
    });
  });
  test('a way to start iterations replaces that of an earlier layer', async () => {
    const stages = { stages: [{ duration: '1s', target: 5 }] };
    expect(await scenariosOf(stages, ['-i', '3'])).toEqual({
      default: { executor: 'shared-iterations', vus: 1, iterations: 3 },
    });
    const scenarios = { scenarios: { a: { executor: 'constant-vus', duration: '1s' } } };
    expect(await scenariosOf(scenarios, ['-d', '2s'])).toEqual({
      default: { executor: 'constant-vus', vus: 1, duration: '2s' },
    });
  });
  test('stages on the command line, in one flag or in several', async () => {
    const stages = [
      { duration: '10ms', target: 1 },
      { duration: '20ms', target: 2 },
      { duration: '10ms', target: 0 },
    ];
    expect(await scenariosOf({}, ['-s', '10ms:1,20ms:2', '--stage', '10ms:0'])).toEqual({
      default: { executor: 'ramping-vus', stages },
    });
    expect(await scenariosOf({}, [], { K6_STAGES: '10ms:1,20ms:2,10ms:0' })).toEqual({
      default: { executor: 'ramping-vus', stages },
    });
  });
  test('a config file comes before the script', async () => {
    const config = { 'options.json': JSON.stringify({ iterations: 5, tags: { from: 'file' }, maxRedirects: 3 }) };
    const source = `
      import exec from 'k6/execution';
      export const options = { iterations: 2 };
      export default function () { console.log(exec.test.options.maxRedirects, exec.vu.tags.from); }`;
    const ran = await runScript(source, { files: config, args: ['-c', 'options.json'] });
    expect(ran.console).toEqual(['3 file', '3 file']);
  });
  test('tags of the script and the command line are joined', async () => {
    const source = `
      import exec from 'k6/execution';
      export const options = { tags: { a: '1', b: '1' } };
      export default function () { console.log(exec.vu.tags.a, exec.vu.tags.b, exec.vu.tags.c); }`;
    const ran = await runScript(source, { args: ['--tag', 'b=2', '--tag', 'c=3'] });
    expect(ran.console).toEqual(['1 2 3']);
  });
});

describe('__ENV', () => {
  const source = `export default function () { console.log(__ENV.COLOUR, __ENV.SIZE); }`;
  test('has the environment, and -e on top', async () => {
    const ran = await runScript(source, { env: { COLOUR: 'red', SIZE: 'S' }, args: ['-e', 'SIZE=XL=1'] });
    expect(ran.console).toEqual(['red XL=1']);
  });
  test('can be without the environment', async () => {
    const args = ['--include-system-env-vars=false', '--env', 'SIZE=M'];
    const ran = await runScript(source, { env: { COLOUR: 'red' }, args });
    expect(ran.console).toEqual(['undefined M']);
  });
  test('-e sets no option', async () => {
    const ran = await runScript('export default function () {}', { args: ['-e', 'K6_ITERATIONS=5'] });
    expect(ran.exported.metrics.iterations?.count).toBe(1);
  });
});

describe('wrong options stop the run before it starts, with exit code 104', () => {
  test.each([
    [{ vus: -1, duration: '1s' }, 'option "vus": expected a whole number'],
    [{ vus: 0, duration: '1s' }, 'option "scenarios".default.vus: must be above 0'],
    [{ duration: 'soon' }, 'a duration such as "10s"'],
    [{ iterations: 2, stages: [{ duration: '1s', target: 1 }] }, 'choose one'],
    [{ scenarios: {} }, 'at least one scenario'],
    [{ scenarios: { a: { executor: 'per-vu-iterations', iterationz: 3 } } }, 'no option "iterationz"'],
    [{ scenarios: { a: { executor: 'constant-vus' } } }, 'duration: is needed'],
    [
      { scenarios: { a: { executor: 'externally-controlled', duration: '1s' } } },
      'no executor "externally-controlled"',
    ],
    [{ scenarios: { a: { executor: 'shared-iterations', vus: 5, iterations: 2 } } }, 'must not be fewer than vus'],
    [{ scenarios: { a: { executor: 'constant-vus', duration: '1s', exec: 'nope' } } }, 'exports no function "nope"'],
    [
      {
        scenarios: { a: { executor: 'constant-arrival-rate', rate: 1, duration: '1s', preAllocatedVUs: 5, maxVUs: 2 } },
      },
      'must not be below preAllocatedVUs',
    ],
    [{ thresholds: { http_req_duration: ['p(95)<'] } }, 'expected AGGREGATION OPERATOR VALUE'],
    [{ thresholds: { http_req_duration: ['p(101)<5'] } }, 'a number from 0 to 100'],
    [{ thresholds: { http_req_duration: ['rate<5'] } }, 'a trend metric has avg, min, max, med, p(N), not rate'],
    [{ thresholds: { nothing: ['count>1'] } }, 'no metric of that name'],
    [{ summaryTrendStats: ['p(x)'] }, 'not one of avg, min, med, max, count, p(N)'],
  ])('%j', async (options, message) => {
    const ran = await runScript(withOptions(options));
    expect(ran.stderr).toContain(message);
    expect(ran.code).toBe(104);
  });

  test('what k6 has and this runner has not is named', async () => {
    const ran = await runScript(withOptions({ dns: { ttl: '1m' } }));
    expect(ran.stderr).toContain('does not support the option "dns"');
    expect(ran.code).toBe(107);
  });
  test('what nobody knows is only warned about', async () => {
    const ran = await runScript(`export const options = { iterashuns: 3 }; export default function () {}`);
    expect(ran.stderr).toContain('"iterashuns" is not an option');
    expect(ran.code).toBe(0);
  });
});

test('--scenario runs only the named ones', async () => {
  const source = `
    export const options = { scenarios: {
      api: { executor: 'shared-iterations', iterations: 2, exec: 'api' },
      checkout: { executor: 'shared-iterations', iterations: 3, exec: 'checkout' } } };
    export function api() { console.log('api'); }
    export function checkout() { console.log('checkout'); }`;
  const ran = await runScript(source, { args: ['--scenario', 'checkout'] });
  expect(ran.console).toEqual(['checkout', 'checkout', 'checkout']);
  expect((await runScript(source, { args: ['--scenario', 'chekout'] })).code).toBe(104);
});
