// Starting: what stops it, and what it says then. Whoever reads it can do something about it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../scripts/services/ports.ts';
import { copyPreparedDatabase } from '../support/prepared-database.ts';
import { COMPILED_ONCE, startService } from '../support/service.ts';

vi.setConfig({ testTimeout: 180_000 });

const { PATH, NODE_COMPILE_CACHE } = process.env;
const ROOT = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'jari-start-'));
const file = join(scratch, 'a-file');
writeFileSync(file, 'no JSON');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the service to its end; it is sent a signal after some milliseconds if it has not ended. */
async function run(env: Record<string, string>, signal?: [NodeJS.Signals, number]): Promise<Ended> {
  const port = String(await freePort());
  const DATA_DIR = env.DATA_DIR ?? join(scratch, `data-${port}`);
  if (!env.DATA_DIR) await copyPreparedDatabase(DATA_DIR);
  const child = spawn(process.execPath, [COMPILED_ONCE, 'server/main.ts'], {
    cwd: ROOT,
    env: { PATH, NODE_COMPILE_CACHE, NODE_ENV: 'test', PORT: port, LOG_LEVEL: 'fatal', ...env, DATA_DIR },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    ended.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    ended.stderr += chunk;
  });
  const timer = setTimeout(() => child.kill(signal?.[0] ?? 'SIGKILL'), signal?.[1] ?? 150_000);
  ended.code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return ended;
}

const BAD: readonly (readonly [string, Record<string, string>])[] = [
  ['PORT', { PORT: 'http' }],
  ['IDENTITY_JWKS', { AUTH: 'token', IDENTITY_JWKS: join(scratch, 'nowhere') }],
  ['IDENTITY_JWKS', { AUTH: 'token', IDENTITY_JWKS: file }],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://127.0.0.1:1/jari' }],
  ['DATA_DIR', { DATA_DIR: file }],
  ['HOST', { HOST: '203.0.113.1' }],
];

describe('what cannot be used stops the start, with the name of the setting', () => {
  it.each(BAD)('%s in %o', async (name, env) => {
    const { code, stdout, stderr } = await run(env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^jari: /);
    expect(stderr).toContain(name);
    expect(stderr + stdout).not.toMatch(/^ +at /m);
  });
});

describe('a start', () => {
  it('is refused while another process has the folder, and not a moment longer', async () => {
    const first = await startService();
    const { code, stderr } = await run({ DATA_DIR: first.dataDir });
    expect(code).toBe(1);
    expect(stderr).toContain(`${first.dataDir} is in use`);
    expect(stderr).toContain(String(first.pid));
    // The first one has not noticed.
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    await first.kill();
    await first.restart();
    await first.stop();
  });

  it('is refused when the port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const { code, stderr } = await run({ PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} is in use`);
    expect(stderr).toContain('PORT');
  });

  it('can be broken off at any moment, and the next one works', async () => {
    const DATA_DIR = join(scratch, 'broken-off');
    for (const milliseconds of [300, 900, 1_800]) {
      const { code, stderr } = await run({ DATA_DIR }, ['SIGTERM', milliseconds]);
      // Null: before anything was there that could have been stopped in good order.
      expect([0, null]).toContain(code);
      expect(stderr).not.toMatch(/^ +at /m);
    }
    const service = await startService({ DATA_DIR });
    expect(await service.end('SIGTERM')).toBe(0);
    await service.stop();
  });

  it('prints where everything is, and warns when anybody could act for anybody', async () => {
    const service = await startService({ HOST: '0.0.0.0', AUTH: 'open', OPS_TOKEN: '' });
    const output = service.output();
    expect(output).toContain('/docs');
    expect(output).toMatch(/\/ops#token=[\w-]{20,}/);
    expect(output).toMatch(/"level":40.*AUTH=open/);
    await service.stop();
  });
});
