// `npm run load` from end to end: the verdict after a scenario, the report, the export with our part, and compare.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Exported } from '../../load/report/compare.ts';
import { type Service, startService } from '../support/service.ts';
import { runArguments, runScript, startServer } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'jari-load-run-'));
const inFolder = (name: string) => join(folder, name);
const exported = (name: string) => JSON.parse(readFileSync(inFolder(name), 'utf8')) as Exported;

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

const load = (args: readonly string[], env: NodeJS.ProcessEnv = { OPS_TOKEN: service.opsToken }) =>
  runArguments([...args, '--quiet', '--no-thresholds'], { cwd: folder, env });
/** @param stages short: an iteration waits a second anyway */
const spike = (stages: string, ...more: string[]) => ['spike', '-s', stages, '-e', `BASE_URL=${service.url}`, ...more];

describe('a scenario against jari', () => {
  test('ends with the seed’s table, writes the page and its Markdown, and puts its findings into the export', async () => {
    const ran = await load(spike('1s:40,1s:40', '--report', 'run.html', '--summary-export', 'a.json'));
    expect([ran.code, ran.stdout]).toEqual([
      0,
      expect.stringMatching(/✓ Slots end by themselves within 5 minutes +300 s \(0 past their end\)/),
    ]);
    expect(ran.stdout).toMatch(/- Reservations of active users that succeed +not measured by this scenario/);
    expect(ran.stdout).toMatch(/✓ Invariants: one owner a seat +no violation/);
    expect(ran.stdout).toMatch(/process \S+:\d+:\w+ \(the one that answered; there may be others behind the URL/);
    const page = readFileSync(inFolder('run.html'), 'utf8');
    for (const chart of [
      'The line',
      'Answers by route',
      'CPU (100 % is a core)',
      'Database: transactions',
      'Scheduler',
    ])
      expect(page).toContain(chart);
    expect(page).toContain('POST /api/v1/token/create');
    expect(readFileSync(inFolder('run.md'), 'utf8')).toContain('| Slots end by themselves within 5 minutes | 300 s');
    const { metrics, jari } = exported('a.json');
    expect(metrics.http_reqs?.count).toBeGreaterThanOrEqual(40);
    expect(jari).toMatchObject({ script: 'spike', runner: { processes: 1 } });
    expect(jari?.verdict.find(({ code }) => code === 'FAILURES')).toMatchObject({ ok: true, measured: 0 });
    expect(jari?.uses.find(({ resource }) => resource === 'DATABASE_THREAD')?.most).toBeGreaterThan(0);
    expect(jari?.processes).toEqual([expect.stringContaining(`:${service.pid}:`)]);
  });

  test('in Korean; a name that ends in .md is Markdown alone', async () => {
    const ran = await load(spike('500ms:40', '--lang', 'ko', '--report', 'only.md'));
    expect(ran.stdout).toMatch(/✓ 활성열 5분 이내 자동 만료 +300 s \(만료가 지난 자리 0개\) +300 s 이하 +통과/);
    expect(readFileSync(inFolder('only.md'), 'utf8')).toContain('| 토큰 API 응답 시간 (p95) |');
    expect(existsSync(inFolder('only.html'))).toBe(false);
  });

  test('without the operators’ token it has the client’s half and says what is missing', async () => {
    const ran = await load(spike('500ms:5'), {});
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('Set OPS_TOKEN, or DATA_DIR')]);
    expect(ran.stdout).toMatch(/- Invariants +could not be asked/);
    expect(ran.stdout).toMatch(/✓ Failures, also in a spike/);
    writeFileSync(inFolder('ops-token'), `${service.opsToken}\n`);
    expect((await load(spike('500ms:5'), { DATA_DIR: '.' })).stdout).toMatch(/✓ Invariants: one owner a seat/);
  });
});

test('a report of another server has the client’s half; no verdict is printed, and no token is shown to it', async () => {
  const server = await startServer((request, response) => {
    response.statusCode = request.url === '/' ? 200 : 404;
    response.end('{}');
  });
  const source = `import http from 'k6/http'; export const options = { vus: 2, duration: '1s' };
    export default function () { http.get('${server.url}/'); }`;
  const args = ['-e', `BASE_URL=${server.url.replace('127.0.0.1', 'jari-test.example')}`, '--report', 'other.html'];
  const hosts = JSON.stringify({ hosts: { 'jari-test.example': '127.0.0.1' } });
  const ran = await runScript(source, {
    args: [...args, '-c', 'hosts.json'],
    files: { 'hosts.json': hosts },
    env: { OPS_TOKEN: 'secret' },
  });
  expect([ran.code, ran.stdout]).toEqual([0, expect.not.stringContaining('WHAT WAS PROMISED')]);
  const page = readFileSync(join(ran.folder, 'other.html'), 'utf8');
  expect(page).toContain('Response time, as the client measures it');
  expect(page).not.toContain('The line<');
  const near = await runScript(source, { args: ['-e', `BASE_URL=${server.url}`, '--report', 'near.html'] });
  expect(readFileSync(join(near.folder, 'near.html'), 'utf8')).toContain('The target has no /metrics');
  expect(server.received.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
});

describe('compare', () => {
  test('two runs side by side: verdict, bottleneck, and k6’s figures with their difference', async () => {
    const a = exported('a.json');
    const count = Number(a.metrics.http_reqs?.count);
    // How fast it was is no matter of a test.
    const judged = (measured: number, ok: boolean) => ({
      ...a,
      jari: a.jari && {
        ...a.jari,
        verdict: a.jari.verdict.map((row) => (row.code === 'TOKEN_P95' ? { ...row, measured, ok } : row)),
      },
    });
    const slow = judged(900, false);
    const http_reqs = { ...a.metrics.http_reqs, count: count * 2 };
    writeFileSync(inFolder('faster.json'), JSON.stringify(judged(90, true)));
    writeFileSync(inFolder('slower.json'), JSON.stringify({ ...slow, metrics: { ...a.metrics, http_reqs } }));
    const { code, stdout } = await runArguments(['compare', 'faster.json', 'slower.json'], { cwd: folder });
    expect(code).toBe(0);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^figure +faster\.json +slower\.json +difference$/);
    const line = (start: string) => lines.find((one) => one.startsWith(start));
    expect(line('Token API response time (p95)')).toMatch(
      /90 ms \(\d+ requests\) pass +900 ms \(\d+ requests\) FAIL +pass → FAIL$/,
    );
    expect(line('http_reqs: count')).toMatch(new RegExp(`^http_reqs: count +${count} +${2 * count} +\\+100 %$`));
    expect(line('Slots end by themselves')).toMatch(/ =$/);
    expect(line('What limits it')).toBeDefined();
  });

  test('in Korean, and of what another k6 exported', async () => {
    const { metrics } = exported('a.json');
    writeFileSync(inFolder('k6.json'), JSON.stringify({ metrics }));
    const korean = await runArguments(['compare', 'a.json', 'k6.json', '--lang', 'ko'], { cwd: folder });
    expect(korean.stdout).toMatch(/^토큰 API 응답 시간 \(p95\) .*(통과|미달) +- +\1 → -$/m);
    expect(korean.stdout).toMatch(/^http_reqs: count .* =$/m);
    expect(korean.stdout).not.toMatch(/undefined|NaN/);
  });

  test.each([
    [['compare', 'a.json'], 'compare takes two files'],
    [['compare', 'a.json', 'nothing.json'], 'nothing.json: ENOENT'],
    [['compare', 'a.json', 'run.md'], 'run.md: '],
    [['compare', 'a.json', 'other.json'], 'is not what --summary-export writes'],
  ])('%j says what is wrong', async (args, message) => {
    writeFileSync(inFolder('other.json'), '[]');
    const { code, stderr } = await runArguments(args, { cwd: folder });
    expect([code, stderr]).toEqual([255, expect.stringContaining(message)]);
  });
});
