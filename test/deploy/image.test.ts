import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { freePort } from '../../scripts/services/ports.ts';
import { sharedServer } from '../support/servers.ts';
import { ROOT } from './compose.ts';

const postgres = await sharedServer('postgres');
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replace(/\\\n\s*/g, ' ');
const instructions = dockerfile
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' '));
const all = (name: string) => instructions.filter(([found]) => found === name).map(([, ...rest]) => rest);
/** What is copied from this folder into the image. */
const copied = all('COPY')
  .filter(([first]) => !first?.startsWith('--from'))
  .flatMap((words) => words.slice(0, -1));

describe('Dockerfile', () => {
  it('has the Node that package.json pins, and does not run it as root', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const [image] of all('FROM')) expect(image).toBe(`node:${dependencies.node}-bookworm-slim`);
    expect(all('USER').at(-1)).toEqual(['node']);
  });

  it('copies only what .dockerignore lets through', () => {
    const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignore).toContain('*');
    for (const path of copied) expect(ignore).toContain(`!${path}`);
  });
});

// The steps of the Dockerfile, taken on this machine: with what it copies, and the packages that production has.
describe('what is in the image', () => {
  const app = mkdtempSync(join(tmpdir(), 'jari-image-'));
  beforeAll(() => {
    for (const path of copied) cpSync(join(ROOT, path), join(app, path), { recursive: true, filter: isSource });
    linkProductionPackages(app);
  });
  afterAll(() => rmSync(app, { recursive: true, force: true }));

  it('is enough to build the pages', () => {
    const script = join(app, 'scripts/pages/build.ts');
    const built = spawnSync(process.execPath, ['--preserve-symlinks', script], { cwd: app, encoding: 'utf8' });
    expect(built.stderr).toBe('');
    expect(existsSync(join(app, 'web/dist/index.html'))).toBe(true);
  });

  it.skipIf(postgres.missing)('is enough to start the service, check its health and stop it', async () => {
    const [, script = ''] = JSON.parse(all('CMD').at(-1)?.join(' ') ?? '[]');
    const [, ...check] = JSON.parse(dockerfile.match(/^HEALTHCHECK.* CMD (.*)$/m)?.[1] ?? '[]');
    const database = await createDatabase(postgres.url);
    const PORT = String(await freePort());
    const env = {
      PATH: process.env.PATH,
      NODE_ENV: 'development',
      PORT,
      DATABASE_URL: database,
      DATA_DIR: join(app, 'data'),
      LOG_LEVEL: 'warn',
    };
    const healthy = () => spawnSync(process.execPath, check, { env }).status === 0;
    expect(healthy()).toBe(false);

    const service = spawn(process.execPath, [script], { cwd: app, env, stdio: ['ignore', 'ignore', 'pipe'] });
    const exited = once(service, 'exit');
    let said = '';
    service.stderr.on('data', (chunk) => {
      said += chunk;
    });
    while (!said.includes('jari is ready')) {
      if (service.exitCode !== null) throw new Error(`it ended:\n${said}`);
      await sleep(50);
    }
    expect(healthy()).toBe(true);
    service.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
    await dropDatabase(database);
  });
});

/** As .dockerignore has it: pages that were built here are not the image's. */
const isSource = (path: string) => !/[\\/]web[\\/]\.?dist/.test(path);

function linkProductionPackages(app: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  for (const [path, { dev }] of Object.entries<{ dev?: boolean }>(packages)) {
    if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(app, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(app, path));
  }
}
