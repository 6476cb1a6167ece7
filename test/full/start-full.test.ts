import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { freePort } from '../../scripts/services/ports.ts';
import { familyOf, isAlive } from '../../scripts/services/process-table.ts';
import type { Services } from '../../scripts/services/services.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { call } from '../support/service.ts';

const postgres = await sharedServer('postgres');
const kafka = await sharedServer('kafka');

describe.skipIf(postgres.missing || kafka.missing)('npm run start:full', () => {
  let dataDir: string;
  let database: string;
  let redis: Services; // our own: the line is `main` here and in every other file
  let full: ChildProcess | undefined;
  let lines: string[];
  beforeAll(async () => {
    redis = await ownServers(['redis']);
  });
  afterAll(() => redis?.stop());
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'jari-full-'));
    database = await createDatabase(postgres.url);
    lines = [];
  });
  afterEach(async () => {
    full?.kill('SIGTERM');
    if (full && full.exitCode === null && full.signalCode === null) await once(full, 'exit');
    await dropDatabase(database);
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Resolves with the addresses that it says are ready. */
  async function start(port: number, processes: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
    const program = join(import.meta.dirname, '../../scripts/start-full.ts');
    full = spawn(process.execPath, [program, '--processes', processes], {
      env: {
        ...process.env,
        NODE_ENV: 'test',
        DATABASE_URL: database,
        REDIS_URL: redis.urls.REDIS_URL,
        KAFKA_BROKERS: kafka.url,
        KAFKA_PREFIX: `full-${port}.`,
        DATA_DIR: dataDir,
        PORT: String(port),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(full, 'exit');
    const ready = new Promise<string[]>((resolve) => {
      for (const stream of [full?.stdout, full?.stderr]) {
        createInterface({ input: stream as NonNullable<typeof stream> }).on('line', (line) => {
          lines.push(line);
          if (line.startsWith('jari full: ready')) resolve(line.match(/http:\S+/g) ?? []);
        });
      }
    });
    return Promise.race([
      ready,
      exited.then(() => {
        throw new Error(`it ended:\n${lines.join('\n')}`);
      }),
    ]);
  }

  it('runs as many processes as it is told, on one line, and stops them all', async () => {
    const port = await freePort(1, 2);
    const urls = await start(port, '3');
    expect(urls).toEqual([port, port + 1, port + 2].map((each) => `http://127.0.0.1:${each}`));
    for (const each of [port, port + 1, port + 2])
      expect(lines).toContainEqual(expect.stringMatching(`^${each} \\| .*ready`));

    const userId = 'one-user';
    const places = await Promise.all(urls.map((url) => call(url, 'POST', '/api/v1/token/create', { userId })));
    expect(places.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(places.map(({ body }) => body.ticket)).size).toBe(1); // the same place, whoever answers
    const [first = '', second = ''] = urls;
    const token = `Bearer ${places[0]?.body.token}`;
    expect((await call(second, 'GET', '/api/v1/token', undefined, { authorization: token })).status).toBe(200);

    const processes = familyOf(full?.pid as number);
    full?.kill('SIGINT');
    const [code] = await once(full as ChildProcess, 'exit');
    expect(code).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    await expect(fetch(`${first}/healthz`)).rejects.toThrow();
  });

  it('takes its processes with it when it is killed', async () => {
    await start(await freePort(1), '2');
    const processes = familyOf(full?.pid as number);
    expect(processes.length).toBeGreaterThanOrEqual(3);
    full?.kill('SIGKILL');
    await expect.poll(() => processes.filter(isAlive), { timeout: 30_000 }).toEqual([]);
  });

  it('says what is wrong with how it was called', async () => {
    await expect(start(8080, 'many')).rejects.toThrow(/--processes must be a whole number from 1 to 32/);
    await expect(start(65_535, '2')).rejects.toThrow(/PORT must leave room for 2 ports/);
  });

  it('does not start beside somebody else on one of its ports', async () => {
    const port = await freePort(1);
    await using other = createServer().listen(port + 1, '127.0.0.1');
    await once(other, 'listening');
    await expect(start(port, '2')).rejects.toThrow(`port ${port + 1} is in use`);
  });

  it('stops all when one process cannot start', async () => {
    const port = await freePort(1);
    await expect(start(port, '2', { QUEUE_CAP: 'none' })).rejects.toThrow(
      /QUEUE_CAP must be[\s\S]*ended while starting/,
    );
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
});
