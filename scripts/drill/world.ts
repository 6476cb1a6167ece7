// A private full size: PostgreSQL, Redis, Kafka and processes of the service, to break.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ApiProcess } from '../full/api-process.ts';
import { freePort } from '../services/ports.ts';
import type { AppendFsync, ServiceName } from '../services/service.ts';
import { type Services, startServices } from '../services/services.ts';
import { Ops } from './ops.ts';

const OPS_TOKEN = 'ops-token-of-the-drill';

export interface WorldOptions {
  services: readonly ServiceName[];
  /** Settings of each process; the first ones take the load. */
  processes: readonly Record<string, string>[];
  appendfsync?: AppendFsync;
  /** Where the release lies that they run; ours by default. */
  release?: string;
  say: (line: string) => void;
}

export interface World {
  services: Services;
  processes: ApiProcess[];
  /** What the processes wrote. */
  output: string[];
  ops: Ops;
  database: pg.Pool;
  databaseUrl: string;
  redisUrl: string | undefined;
  /** Whether processes end because they are told to. */
  readonly stopping: boolean;
  /** Starts another process in the place and on the port of one that has ended, of that release or ours. */
  launch(index: number, release?: string): ApiProcess;
  stop(): Promise<void>;
}

export async function startWorld({ services: names, processes: settings, ...options }: WorldOptions): Promise<World> {
  const { say, appendfsync = 'everysec' } = options;
  const services = await startServices({ names, own: true, appendfsync, say });
  const dataDir = mkdtempSync(join(tmpdir(), 'jari-drill-'));
  const processes: ApiProcess[] = [];
  const launches: ((release?: string) => ApiProcess)[] = [];
  const output: string[] = [];
  let stopping = false;
  const stop = async () => {
    stopping = true;
    await Promise.all(processes.map((process) => process.stop()));
    await services.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    for (const [name, outcome] of Object.entries(services.outcomes)) {
      if (outcome.state === 'unavailable') throw new Error(`${name} can't be had. ${outcome.reason}`);
    }
    const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, KAFKA_BROKERS: brokers } = services.urls;
    if (databaseUrl === undefined) throw new Error('a drill needs PostgreSQL');
    for (const own of settings) {
      const env = {
        NODE_ENV: 'test',
        LOG_LEVEL: 'warn',
        DATA_DIR: dataDir,
        OPS_TOKEN,
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl ?? '',
        KAFKA_BROKERS: brokers ?? '',
        ...own,
      };
      const port = await freePort();
      const print = (line: string) => output.push(line);
      launches.push((folder) => new ApiProcess('127.0.0.1', port, env, print, folder ? { folder } : {}));
    }
    processes.push(...launches.map((launch) => launch(options.release)));
    await Promise.all(processes.map((process) => process.ready()));
    const database = new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'drill' });
    database.on('error', () => {});
    const [first] = processes as [ApiProcess];
    return {
      services,
      processes,
      output,
      ops: new Ops(first.url, OPS_TOKEN),
      database,
      databaseUrl,
      redisUrl,
      get stopping() {
        return stopping;
      },
      launch(index, release) {
        if (stopping) throw new Error('the world is being stopped');
        const process = (launches[index] as (typeof launches)[number])(release);
        processes[index] = process;
        return process;
      },
      async stop() {
        await database.end();
        await stop();
      },
    };
  } catch (error) {
    for (const line of output) say(line);
    await stop();
    throw error;
  }
}
