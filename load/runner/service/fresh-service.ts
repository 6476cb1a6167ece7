// --with: a service for one run. Its data, its port and, at full size, its servers are new and go away with it.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiProcess } from '../../../scripts/full/api-process.ts';
import { freePort } from '../../../scripts/services/ports.ts';
import { type Services, startServices } from '../../../scripts/services/services.ts';
import { exitCode, RunFailure } from '../exit-codes.ts';
import type { Io } from '../run/io.ts';
import type { ServiceSize, StartedService } from '../run/observer.ts';

/** The last lines of a service that ended by itself say why. */
const LINES_KEPT = 30;

export async function withFreshService<T>(
  size: ServiceSize,
  io: Io,
  use: (service: StartedService) => Promise<T>,
): Promise<T> {
  const say = (line: string) => io.stderr(`jari load: ${line}\n`);
  let interrupted = false;
  const stopListening = io.onInterrupt(() => {
    interrupted = true;
  });
  const fresh = new FreshService(size, say);
  try {
    const service = await fresh.start();
    if (interrupted) throw new RunFailure(exitCode.externalAbort, 'stopped by a signal before the run began');
    return await use(service);
  } finally {
    await fresh.stop();
    stopListening();
  }
}

class FreshService {
  readonly #size: ServiceSize;
  readonly #say: (line: string) => void;
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'jari-fresh-'));
  readonly #opsToken = randomBytes(24).toString('base64url');
  readonly #lines: string[] = [];
  #stores: Services | undefined;
  #api: ApiProcess | undefined;
  #stopping = false;

  constructor(size: ServiceSize, say: (line: string) => void) {
    this.#size = size;
    this.#say = say;
  }

  async start(): Promise<StartedService> {
    const startedAt = performance.now();
    this.#say(`starting a fresh service, ${this.#size} …`);
    try {
      const env = { ...(await this.#startStores()), DATA_DIR: this.#dataDir, OPS_TOKEN: this.#opsToken };
      const api = new ApiProcess('127.0.0.1', await freePort(), env, (line) => this.#keep(line), { detached: true });
      this.#api = api;
      void api.ended.then((how) => this.#tell(how));
      await api.ready();
      this.#say(`${api.url} is ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
      return { size: this.#size, urls: [api.url], opsToken: this.#opsToken };
    } catch (error) {
      throw new RunFailure(exitCode.usage, `--with ${this.#size}: ${(error as Error).message}`);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#say('stopping the service …');
    await this.#api?.stop();
    await this.#stores?.stop();
    rmSync(this.#dataDir, { recursive: true, force: true, maxRetries: 3 });
    this.#say('stopped, its data is deleted');
  }

  /** Every setting that names a server: an empty one counts as unset, so that none of the environment is used. */
  async #startStores(): Promise<NodeJS.ProcessEnv> {
    const none = { DATABASE_URL: '', REDIS_URL: '', KAFKA_BROKERS: '' };
    if (this.#size === 'embedded') return { ...none, LOG_LEVEL: process.env.LOG_LEVEL || 'warn' };
    const names = ['postgres', 'redis', 'kafka'] as const;
    this.#stores = await startServices({ names, own: true, say: this.#say });
    for (const [name, outcome] of Object.entries(this.#stores.outcomes)) {
      if (outcome.state === 'unavailable') throw new Error(`${name} can't be had. ${outcome.reason}`);
    }
    return { ...none, ...this.#stores.urls, LOG_LEVEL: process.env.LOG_LEVEL || 'warn' };
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  #tell(how: string): void {
    if (this.#stopping) return;
    for (const line of this.#lines) this.#say(line);
    this.#say(`the service ended by itself: ${how}`);
  }
}
