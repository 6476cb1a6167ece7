// --with: a service of its own for a run, gone without a trace afterwards. In a folder for temporary files of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runArguments } from './support.ts';

const root = join(import.meta.dirname, '../..');
const temporary = mkdtempSync(join(tmpdir(), 'jari-with-'));
const scripts = mkdtempSync(join(tmpdir(), 'jari-with-scripts-'));
afterAll(() => {
  rmSync(temporary, { recursive: true });
  rmSync(scripts, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function load(
  args: string[],
  env: NodeJS.ProcessEnv,
  onStderr: (all: string, kill: () => void) => void = () => {},
): Promise<Ended> {
  const flags = ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, 'load/runner/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...env, TMPDIR: temporary },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
    onStderr(stderr, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('--with embedded', () => {
  test('starts a service, tells the script where, and at Ctrl-C stops the run and then the service', async () => {
    const script = join(scripts, 'asks.js');
    writeFileSync(
      script,
      `import { sleep } from 'k6'; import http from 'k6/http';
       export default function () {
         console.log('it is at ' + __ENV.BASE_URL + ': ' + http.get(__ENV.BASE_URL + '/api/v1/queue/main').status);
         sleep(60);
       }
       export function teardown() { console.log('still there: ' + http.get(__ENV.BASE_URL + '/readyz').status); }`,
    );
    let interrupted = false;
    // None of the servers that the environment may name is used.
    const elsewhere = { DATABASE_URL: 'postgresql://127.0.0.1:9/none', REDIS_URL: 'redis://127.0.0.1:9' };
    const { code, stdout, stderr } = await load([script, '--with', 'embedded'], elsewhere, (all, kill) => {
      if (interrupted || !all.includes('it is at')) return;
      interrupted = true;
      kill();
    });
    expect([code, stdout]).toEqual([105, expect.stringContaining('TOTAL RESULTS')]);
    const url = /it is at (\S+): 200/.exec(stderr)?.[1] ?? '';
    expect(stderr).toContain(`jari load: ${url} is ready after`);
    expect(stderr).toMatch(/still there: 200[\s\S]*stopping the service …[\s\S]*stopped, its data is deleted/);
    await expect(fetch(`${url}/readyz`)).rejects.toThrow();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('says why a service does not start, and leaves nothing', async () => {
    const { code, stderr } = await load(['spike', '--with', 'embedded'], { QUEUE_CAP: 'many' });
    expect([code, stderr]).toEqual([255, expect.stringContaining('QUEUE_CAP must be a whole number')]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

test.each([
  [['spike', '--with', 'huge'], 'use embedded or full'],
  [['spike', '--with', 'embedded', '-e', 'BASE_URL=http://localhost:1'], 'leave out -e BASE_URL'],
])('%j: exit code 255', async (args, message) => {
  const { code, stderr } = await runArguments(args);
  expect([code, stderr]).toEqual([255, expect.stringContaining(message)]);
});
