// The end of a run. Expected: "End of test", "Custom summary" and the summary options of k6's documentation.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { humanizeValue, textSummary } from '../../load/runner/summary/text.ts';
import { runScript, startServer } from './support.ts';

const trend = { avg: 140.36, min: 119.08, med: 140.96, max: 154.63, 'p(90)': 146.88, 'p(95)': 148.21 };
const time = { type: 'trend', contains: 'time' };

describe('the text', () => {
  const data = {
    root_group: {
      groups: [{ groups: [], checks: [{ name: 'half', passes: 1, fails: 1 }] }],
      checks: [{ name: 'status is 200', passes: 88, fails: 0 }],
    },
    options: { summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'], summaryTimeUnit: '' },
    state: { testRunDurationMs: 10_000 },
    metrics: {
      http_req_duration: {
        ...time,
        values: trend,
        thresholds: { 'p(95)<1500': { ok: true }, 'p(99)<1': { ok: false, value: 150 } },
      },
      'http_req_duration{expected_response:true}': { ...time, values: trend },
      http_req_waiting: { ...time, values: trend },
      http_req_failed: {
        type: 'rate',
        contains: 'default',
        values: { rate: 0, passes: 0, fails: 45 },
        thresholds: { 'rate<0.01': { ok: true } },
      },
      http_reqs: { type: 'counter', contains: 'default', values: { count: 45, rate: 4.5 } },
      checks: { type: 'rate', contains: 'default', values: { rate: 89 / 90, passes: 89, fails: 1 } },
      waiting_time: { type: 'trend', contains: 'default', values: { ...trend, avg: 152.3555555 } },
      vus: { type: 'gauge', contains: 'default', values: { value: 1, min: 1, max: 5 } },
      data_received: { type: 'counter', contains: 'data', values: { count: 519_000, rate: 51_900 } },
    },
  };
  test('reads as k6’s', () => {
    expect(textSummary(data)).toBe(`  █ THRESHOLDS

    http_req_duration
    ✓ 'p(95)<1500' p(95)=148.21ms
    ✗ 'p(99)<1' p(99)=150ms

    http_req_failed
    ✓ 'rate<0.01' rate=0.00%


  █ TOTAL RESULTS

    checks_total........................: 90     9/s
    checks_succeeded....................: 98.88% 89 out of 90
    checks_failed.......................: 1.11%  1 out of 90

    ✓ status is 200
    ✗ half
      ↳  50% — ✓ 1 / ✗ 1

    CUSTOM
    waiting_time........................: avg=152.355556 min=119.08   med=140.96   max=154.63   p(90)=146.88   p(95)=148.21

    HTTP
    http_req_duration...................: avg=140.36ms   min=119.08ms med=140.96ms max=154.63ms p(90)=146.88ms p(95)=148.21ms
      { expected_response:true }........: avg=140.36ms   min=119.08ms med=140.96ms max=154.63ms p(90)=146.88ms p(95)=148.21ms
    http_req_failed.....................: 0.00%  0 out of 45
    http_reqs...........................: 45     4.5/s

    EXECUTION
    vus.................................: 1      min=1        max=5

    NETWORK
    data_received.......................: 519 kB 52 kB/s
`);
  });
  test('full mode has every metric; an indent begins every line; colours only when wanted', () => {
    expect(textSummary(data)).not.toContain('http_req_waiting');
    expect(textSummary(data, { mode: 'full' })).toContain('http_req_waiting');
    expect(
      textSummary(data, { indent: '→' })
        .split('\n')
        .every((line) => line.startsWith('→')),
    ).toBe(true);
    expect(textSummary(data).includes('\u001b')).toBe(false);
    expect(textSummary(data, { enableColors: true })).toContain('\u001b[32m✓\u001b[0m');
  });
  test.each([
    [0, 'time', '0s'],
    [0.0005, 'time', '500ns'],
    [0.03912, 'time', '39.12µs'],
    [54.2, 'time', '54.2ms'],
    [999.99, 'time', '999.99ms'],
    [1152.3, 'time', '1.15s'],
    [83_000, 'time', '1m23s'],
    [3_725_000, 'time', '1h2m5s'],
    [830, 'data', '830 B'],
    [7_100_000, 'data', '7.1 MB'],
    [63_400, 'data', '63 kB'],
    [4.123456789, 'default', '4.123457'],
  ])('%d of %s is %s', (value, contains, text) => expect(humanizeValue(value, { type: 'trend', contains })).toBe(text));
  test('a rate is cut off, never rounded up to 100 %', () => {
    expect(humanizeValue(0.99999, { type: 'rate', contains: 'default' })).toBe('99.99%');
    expect(humanizeValue(1, { type: 'rate', contains: 'default' })).toBe('100.00%');
  });
  test.each([
    ['s', '1.50s'],
    ['ms', '1500.00ms'],
    ['us', '1500000.00µs'],
  ])('summaryTimeUnit %s: %s', (unit, text) => expect(humanizeValue(1500, time, unit)).toBe(text));
});

describe('--summary-export', () => {
  test('has k6’s layout: values side by side, groups and checks by name, true for a crossed threshold', async () => {
    const server = await startServer();
    const source = `
      import http from 'k6/http'; import { check, group } from 'k6'; import { Rate } from 'k6/metrics';
      const r = new Rate('r');
      export const options = { iterations: 2, thresholds: { http_reqs: ['count>5', 'count>1'], r: ['rate>0.9'] } };
      export default function () { group('g', () => { check(http.get('${server.url}'), { ok: (x) => x.status === 200 }); r.add(1); }); }`;
    const { exported, code } = await runScript(source);
    expect(code).toBe(99);
    expect(exported.metrics).toMatchObject({
      http_reqs: { count: 2, rate: expect.any(Number), thresholds: { 'count>5': true, 'count>1': false } },
      r: { value: 1, passes: 2, fails: 0, thresholds: { 'rate>0.9': false } },
      http_req_duration: { avg: expect.any(Number), 'p(95)': expect.any(Number) },
    });
    expect(exported.metrics.r).not.toHaveProperty('rate');
    expect(exported.root_group).toMatchObject({
      name: '',
      path: '',
      id: 'd41d8cd98f00b204e9800998ecf8427e',
      checks: {},
      groups: { g: { path: '::g', checks: { ok: { name: 'ok', path: '::g::ok', passes: 2, fails: 0 } } } },
    });
  });
  test('summaryTrendStats chooses what a trend shows, in the export and in the text', async () => {
    const ran = await runScript('export default function () {}', {
      args: ['--summary-trend-stats', 'min,p(99.9),count'],
    });
    expect(Object.keys(ran.exported.metrics.iteration_duration ?? {})).toEqual(['min', 'p(99.9)', 'count']);
    expect(ran.stdout).toMatch(/iteration_duration\.+: min=\S+ p\(99\.9\)=\S+ count=1\n/);
  });
  test('a folder that is not there is a failure that names the file', async () => {
    const ran = await runScript('export default function () {}', { args: ['--summary-export', 'no/such/folder.json'] });
    expect([ran.code, ran.stderr]).toEqual([107, expect.stringContaining('no/such/folder.json (ENOENT)')]);
  });
});

describe('handleSummary', () => {
  test('gets the documented object and says what is written where', async () => {
    const source = `
      import { check, group } from 'k6';
      export const options = { iterations: 3, thresholds: { checks: ['rate>0.5'], 'checks{kind:a}': ['rate==1'] } };
      export default function () { group('g', () => check(1, { fine: true }, { kind: 'a' })); }
      export function handleSummary(data) {
        return { stdout: 'own text\\n', stderr: 'to stderr\\n', 'data.json': JSON.stringify(data),
          'raw.bin': new Uint8Array([1, 2]).buffer, skipped: undefined };
      }`;
    const ran = await runScript(source);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toBe('own text\n');
    expect(ran.stderr).toContain('to stderr');
    expect([...readFileSync(join(ran.folder, 'raw.bin'))]).toEqual([1, 2]);
    const data = JSON.parse(readFileSync(join(ran.folder, 'data.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(data).sort()).toEqual(['jari', 'metrics', 'options', 'root_group', 'state']);
    expect(data.metrics).toMatchObject({
      iterations: { type: 'counter', contains: 'default', values: { count: 3, rate: expect.any(Number) } },
      iteration_duration: { type: 'trend', contains: 'time', values: { avg: expect.any(Number) } },
      checks: { type: 'rate', values: { rate: 1, passes: 3, fails: 0 }, thresholds: { 'rate>0.5': { ok: true } } },
      'checks{kind:a}': { thresholds: { 'rate==1': { ok: true } } },
    });
    expect(data.root_group).toMatchObject({
      name: '',
      checks: [],
      groups: [{ name: 'g', path: '::g', checks: [{ name: 'fine', path: '::g::fine', passes: 3, fails: 0 }] }],
    });
    expect(data.state).toEqual({ isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: expect.any(Number) });
    expect(data.options).toMatchObject({ summaryTimeUnit: '', noColor: false });
  });
  test('can change the data and use textSummary of jslib; may be async, and may make requests', async () => {
    const server = await startServer();
    const source = `
      import http from 'k6/http';
      import { textSummary } from 'https://jslib.k6.io/k6-summary/0.1.0/index.js';
      export default function () {}
      export async function handleSummary(data) {
        delete data.metrics.iterations;
        http.post('${server.url}/report', JSON.stringify(data.metrics));
        return { stdout: textSummary(data, { indent: '| ' }) };
      }`;
    const ran = await runScript(source);
    expect(ran.stdout).toMatch(/^\| .*TOTAL RESULTS/m);
    expect(ran.stdout).toContain('iteration_duration');
    expect(ran.stdout).not.toContain('iterations.');
    expect(server.received[0]?.url).toBe('/report');
  });
  test('that fails leaves the usual text, and the run failed', async () => {
    const ran = await runScript(
      `export default function () {} export function handleSummary() { throw new Error('broken'); }`,
    );
    expect([ran.code, ran.stderr]).toEqual([107, expect.stringContaining('handleSummary(): Error: broken')]);
    expect(ran.stdout).toContain('TOTAL RESULTS');
  });
  test.each(['--no-summary', '--summary-mode=disabled'])('%s: neither called nor exported', async (flag) => {
    const source = `export default function () {} export function handleSummary() { console.log('called'); return {}; }`;
    const ran = await runScript(source, { args: [flag] });
    expect([ran.code, ran.console, ran.stdout, ran.exported.metrics]).toEqual([0, [], '', {}]);
  });
});

test('rates per second count the whole run', async () => {
  const source = `import { sleep } from 'k6'; export const options = { iterations: 4 }; export default function () { sleep(0.1); }`;
  const { iterations } = (await runScript(source)).exported.metrics;
  expect(iterations?.rate).toBeLessThanOrEqual(10);
  expect(iterations?.rate).toBeGreaterThan(0);
});
