// The seed's two scripts, word for word, and the scenarios in load/, against a real jari on the embedded database.
// Flags make them shorter; how fast the service is, is no matter of a test.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type Service, startService } from '../support/service.ts';
import { runArguments, runScript } from './support.ts';

const root = join(import.meta.dirname, '../..');
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const ours = (name: string) => readFileSync(join(root, 'load', name), 'utf8');

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const seedArgs = () => ['-c', 'hosts.json'];
const seedFiles = () => ({ 'hosts.json': JSON.stringify({ hosts: { 'localhost:8080': new URL(service.url).host } }) });

async function queue(): Promise<{ active: number; waiting: number }> {
  return (await call<{ active: number; waiting: number }>(service.url, 'GET', '/api/v1/queue/main')).body;
}

describe('the seed’s scripts, unmodified', () => {
  test('spike: 300 users ask for a place; 50 are inside, 250 wait', async () => {
    const args = [...seedArgs(), '-s', '1s:300,1s:300,500ms:0'];
    const ran = await runScript(fixture('seed-spike.js.txt'), { args, files: seedFiles() });
    expect(ran.code).toBe(0);
    const issued = ran.exported.root_group.checks['token 발급 성공'];
    expect(issued?.passes).toBeGreaterThanOrEqual(300);
    expect(issued?.fails).toBe(0);
    expect(ran.exported.metrics.vus_max?.value).toBe(300);
    await expect.poll(queue, { timeout: 10_000 }).toMatchObject({ active: 50, waiting: 250 });
  });

  test('peak: whoever is not inside is refused, and that is what the script counts', async () => {
    const args = [...seedArgs(), '-d', '1s'];
    const ran = await runScript(fixture('seed-peak.js.txt'), { args, files: seedFiles() });
    expect(ran.code).toBe(0);
    const { passes = 0, fails = 0 } = ran.exported.root_group.checks['예약 성공'] ?? {};
    expect(passes + fails).toBe(ran.exported.metrics.http_reqs?.count);
    expect(passes).toBeGreaterThan(0);
  });
});

describe('the scenarios of load/', () => {
  const args = (...more: string[]) => ['-e', `BASE_URL=${service.url}`, '--no-thresholds', ...more];

  test('peak makes its 50 users active although the spike has filled the line, and all reserve', async () => {
    const ran = await runScript(ours('peak.js'), { args: args('-d', '2s') });
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('ERRO')]);
    const checks = ran.exported.root_group.checks['예약 성공'];
    expect(checks?.passes).toBeGreaterThanOrEqual(50);
    expect(checks?.fails).toBe(0);
  });
  test('peak on numbered seats: each user has seats of its own', async () => {
    const ran = await runScript(ours('peak.js'), { args: args('-d', '2s', '-e', 'SEATS=numbered') });
    expect(ran.exported.root_group.checks['예약 성공']).toMatchObject({ fails: 0 });
    const audit = await call(service.url, 'GET', '/ops/api/audit', undefined, {
      authorization: `Bearer ${service.opsToken}`,
    });
    expect(audit.body).toMatchObject({ ok: true });
  });
  test('spike', async () => {
    const ran = await runScript(ours('spike.js'), { args: args('-s', '500ms:100,500ms:0') });
    expect([ran.code, ran.exported.metrics.http_req_failed]).toEqual([0, expect.objectContaining({ passes: 0 })]);
  });
  test('have the seed’s parameters, and its expectations as thresholds', async () => {
    const optionsOf = async (name: string) => {
      const source = `${ours(name)}\nexport function handleSummary() { return { stdout: JSON.stringify(options) }; }`;
      return JSON.parse(
        (await runScript(source, { args: args('--no-setup', '-u', '1', '-i', '1') })).stdout,
      ) as unknown;
    };
    expect(await optionsOf('spike.js')).toMatchObject({
      stages: [
        { duration: '2s', target: 300 },
        { duration: '5s', target: 300 },
        { duration: '2s', target: 0 },
      ],
      thresholds: { 'http_req_duration{name:token}': ['p(95)<300'], 'http_req_failed{name:token}': ['rate<0.01'] },
    });
    expect(await optionsOf('peak.js')).toMatchObject({
      vus: 50,
      duration: '10s',
      thresholds: { 'checks{check:예약 성공}': ['rate>=0.99'], 'http_req_failed{name:reservation}': ['rate<0.01'] },
    });
  });
});

describe('when the slots are not to be had, peak says what to do', () => {
  const peak = (...more: string[]) => runScript(ours('peak.js'), { args: ['-e', `BASE_URL=${service.url}`, ...more] });

  test('the queue lets too few in', async () => {
    const ran = await peak('-e', 'USERS=60');
    expect([ran.code, ran.stderr]).toEqual([108, expect.stringContaining('start the service with QUEUE_CAP=60')]);
  });
  test('others are inside', async () => {
    const leaving = [1, ...Array.from({ length: 250 }, (_, at) => at + 51)];
    const left = await Promise.all(leaving.map((n) => call(service.url, 'DELETE', `/api/v1/token?userId=user_${n}`)));
    expect(left.filter(({ status }) => status !== 204 && status !== 404)).toEqual([]);
    await call(service.url, 'POST', '/api/v1/token/create', { userId: 'fan' });
    // The overview of a line may be a second old.
    await expect.poll(queue, { timeout: 10_000 }).toMatchObject({ active: 50, waiting: 0 });
    const ran = await peak('-e', 'WAIT_SECONDS=1');
    expect([ran.code, ran.stderr]).toEqual([108, expect.stringMatching(/only \d+ of 50 users are inside after 1 s/)]);
    expect(ran.stderr).toContain('start a fresh service');
  });
  test('nobody is there', async () => {
    const ran = await runScript(ours('peak.js'), { args: ['-e', 'BASE_URL=http://127.0.0.1:9'] });
    expect([ran.code, ran.stderr]).toEqual([108, expect.stringContaining('Is jari running there?')]);
  });
});

describe('npm run load', () => {
  interface Finished {
    code: number | null;
    stdout: string;
    stderr: string;
  }
  function load(
    args: string[],
    onOutput?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void,
  ): Promise<Finished> {
    const flags = ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...flags, 'load/runner/main.ts', ...args], { cwd: root });
    const finished: Finished = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      finished.stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      finished.stderr += chunk;
      onOutput?.(finished.stderr, (signal) => child.kill(signal));
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ ...finished, code })));
  }

  test('alone lists the scenarios, a line each', async () => {
    const { code, stdout } = await load([]);
    expect(code).toBe(0);
    const scripts = readdirSync(join(root, 'load')).filter((file) => file.endsWith('.js'));
    for (const script of scripts)
      expect(stdout).toMatch(new RegExp(`^ {2}npm run load -- ${script.slice(0, -3)} +\\S.{20,}$`, 'm'));
  });
  test('a scenario by name and by path', async () => {
    for (const name of ['spike', 'load/spike.js']) {
      const { code, stdout } = await load([name, '-i', '1', '-e', `BASE_URL=${service.url}`, '--no-thresholds']);
      expect([code, stdout]).toEqual([0, expect.stringContaining('http_reqs')]);
    }
  });
  test.each([
    [['nothing-of-that-name'], 'there is no script'],
    [['spike', '--nope'], 'there is no flag --nope'],
    [['spike', '--vus'], '--vus needs a value'],
    [['spike', 'peak'], 'one script at a time'],
    [['spike', '-e', 'NAME'], 'expected NAME=VALUE'],
    [['spike', '--summary-mode', 'short'], 'use compact, full or disabled'],
  ])('%j: exit code 255', async (args, message) => {
    const { code, stderr } = await runArguments(args);
    expect([code, stderr]).toEqual([255, expect.stringContaining(message)]);
  });
  test('a flag of k6 that is not supported is named', async () => {
    const { code, stderr } = await runArguments(['spike', '--out', 'json=x']);
    expect([code, stderr]).toEqual([107, expect.stringContaining('does not support --out')]);
  });
  test('--help lists the flags', async () => {
    const { code, stdout } = await runArguments(['--help']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/-u, --vus VALUE +option vus, K6_VUS/)]);
  });
  test('Ctrl-C ends the run with its summary, also when npm repeats it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jari-load-cli-'));
    copyFileSync(join(import.meta.dirname, 'fixtures/sleeper.js'), join(folder, 'sleeper.js'));
    let sent = false;
    const { code, stdout, stderr } = await load([join(folder, 'sleeper.js')], (output, kill) => {
      if (sent || !output.includes('asleep')) return;
      sent = true;
      kill('SIGINT');
      setTimeout(() => kill('SIGINT'), 50);
    });
    rmSync(folder, { recursive: true });
    expect([code, stdout]).toEqual([105, expect.stringContaining('TOTAL RESULTS')]);
    expect(stderr).toContain('torn down');
  });
});
