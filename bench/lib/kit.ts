import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { createDatabase } from '../../scripts/services/database.ts';
import type { ServiceName } from '../../scripts/services/service.ts';
import { type Services, startServices } from '../../scripts/services/services.ts';
import { FaultProxy } from '../../test/support/fault-proxy.ts';
import { type Service, startService } from '../../test/support/service.ts';
import type { Server } from './wrk.ts';

/** `late`: PostgreSQL with a way to it that takes its time. */
export type Size = 'embedded' | 'postgres' | 'late' | 'full';

/** In each direction: about what a database takes that has too much to do. */
const LATE_MILLISECONDS = 25;

export interface Subject extends Service {
  size: Size;
  /** Of its own database; undefined for embedded. */
  databaseUrl: string | undefined;
}

/** What a bench works with: fresh services, the bare reference server, private stores. Cleans up after itself. */
export class Kit {
  readonly rounds: number;
  readonly seconds: number;
  readonly folder = mkdtempSync(join(tmpdir(), 'jari-bench-'));
  readonly #progress: (text: string) => void;
  readonly #services = new Map<ServiceName, Promise<Services>>();
  readonly #cleanups: (() => Promise<unknown>)[] = [];

  constructor(options: { rounds: number; seconds: number; progress: (text: string) => void }) {
    this.rounds = options.rounds;
    this.seconds = options.seconds;
    this.#progress = options.progress;
  }

  say(text: string): void {
    this.#progress(text);
  }

  /** URL of a private store, started when first asked for. */
  async store(name: ServiceName): Promise<string> {
    let started = this.#services.get(name);
    if (!started) {
      this.say(`starting ${name}`);
      started = startServices({ names: [name] });
      this.#services.set(name, started);
    }
    const { outcomes } = await started;
    const outcome = outcomes[name];
    if (outcome?.state !== 'up') throw new Error(`${name} can't be had: ${outcome?.reason}`);
    return outcome.url;
  }

  /** URL of a fresh database on the private PostgreSQL. */
  async database(): Promise<string> {
    return createDatabase(await this.store('postgres'));
  }

  /** URL of the private Redis, with nothing in it: a fresh database would take over the line that another bench left there. */
  async emptyRedis(): Promise<string> {
    const url = await this.store('redis');
    const client = await createClient({ url }).connect();
    await client.flushAll();
    client.destroy();
    return url;
  }

  /** A fresh service with slots that outlast the bench. */
  async subject(size: Size, env: Record<string, string> = {}): Promise<Subject> {
    this.say(`starting a fresh service, ${size}`);
    const databaseUrl = size === 'embedded' ? undefined : await this.database();
    const full =
      size === 'full' ? { REDIS_URL: await this.emptyRedis(), KAFKA_BROKERS: await this.store('kafka') } : {};
    const askedAt = size === 'late' ? await this.#late(databaseUrl as string) : databaseUrl;
    const lasting = { ACTIVE_SECONDS: '3600', NO_SHOW_SECONDS: '3600', HOLD_SECONDS: '3600', LOG_LEVEL: 'error' };
    const service = await startService({
      ...lasting,
      ...(askedAt && { DATABASE_URL: askedAt }),
      ...full,
      ...env,
    });
    this.#cleanups.push(() => service.stop());
    return Object.assign(service, { size, databaseUrl });
  }

  async #late(databaseUrl: string): Promise<string> {
    const url = new URL(databaseUrl);
    const proxy = await FaultProxy.open({ host: url.hostname, port: Number(url.port) });
    proxy.delay(LATE_MILLISECONDS);
    this.#cleanups.push(() => proxy.close());
    url.port = String(proxy.port);
    return url.href;
  }

  /** The reference: the same route, schemas and answer on a bare Fastify, with no store behind it. */
  bare(): Promise<Server> {
    return this.reference('bare');
  }

  /** @param name a file in bench/reference that prints its URL */
  async reference(name: string): Promise<Server> {
    const child = spawn(process.execPath, [join(import.meta.dirname, `../reference/${name}.ts`)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#cleanups.push(async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { url: line.toString().trim(), pid: child.pid as number };
  }

  async stop(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }

  /** After the last bench. */
  async close(): Promise<void> {
    await this.stop();
    for (const started of this.#services.values()) await (await started).stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
