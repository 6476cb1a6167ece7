// The full size with a proxy in front of each store: a service of its own, a database of its own, a Redis of its own.
import pg from 'pg';
import { expect } from 'vitest';
import { createDatabase, dropDatabase } from '../../../scripts/services/database.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { ownServers, sharedServer } from '../../support/servers.ts';
import { type Answer, call, OPS_TOKEN, type Service, startService } from '../../support/service.ts';

const [redis, kafka] = [await sharedServer('redis'), await sharedServer('kafka')];
const postgres = process.env.JARI_TEST_DATABASE_URL;

/** Why the rows are skipped, when they are. */
export const MISSING = redis.missing ?? kafka.missing ?? (postgres ? undefined : 'no PostgreSQL on this machine');

/** Nothing ends by itself while a fault lasts: what is gone then was lost. */
const HOUR = '3600';
const SETTINGS = { QUEUE_CAP: '1', ACTIVE_SECONDS: HOUR, NO_SHOW_SECONDS: HOUR, HOLD_SECONDS: HOUR };
export const LATER = { timeout: 45_000, interval: 50 };

export interface Place {
  status: string;
  position: number;
  ticket: number;
  token: string;
}

export interface Reservation {
  reservationId: string;
  status: string;
}

/** Somebody with a place in a line. */
export interface Fan extends Place {
  userId: string;
  queueId: string;
}

let fans = 0;

export class FaultWorld {
  readonly service: Service;
  readonly postgres: FaultProxy;
  readonly redis: FaultProxy;
  readonly kafka: FaultProxy;
  /** Past the proxies, to look and to lock. */
  readonly database: pg.Pool;
  readonly redisUrl: string;
  /** Reservations that were acknowledged. */
  readonly #acknowledged = new Map<string, string>();
  readonly #stop: () => Promise<void>;

  private constructor(
    parts: Pick<FaultWorld, 'service' | 'postgres' | 'redis' | 'kafka' | 'database' | 'redisUrl'> & {
      stop: () => Promise<void>;
    },
  ) {
    ({
      service: this.service,
      postgres: this.postgres,
      redis: this.redis,
      kafka: this.kafka,
      database: this.database,
      redisUrl: this.redisUrl,
      stop: this.#stop,
    } = parts);
  }

  /** @param ofDatabase settings of PostgreSQL for every session of this world: "deadlock_timeout = '100ms'" */
  static async start(settings: Record<string, string> = {}, ofDatabase: readonly string[] = []): Promise<FaultWorld> {
    const servers = await ownServers(['redis']);
    const redisUrl = servers.urls.REDIS_URL as string;
    const databaseUrl = await createDatabase(postgres as string);
    const [toPostgres, toRedis, toKafka] = await Promise.all([
      FaultProxy.open(addressOf(databaseUrl)),
      FaultProxy.open(addressOf(redisUrl)),
      FaultProxy.open(addressOf(`kafka://${kafka.url}`), { advertised: true }),
    ]);
    const database = new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'faults' });
    database.on('error', () => {});
    for (const setting of ofDatabase) {
      await database.query(`ALTER DATABASE ${new URL(databaseUrl).pathname.slice(1)} SET ${setting}`);
    }
    const service = await startService({
      ...SETTINGS,
      DATABASE_URL: through(toPostgres, databaseUrl),
      REDIS_URL: through(toRedis, redisUrl),
      KAFKA_BROKERS: `127.0.0.1:${toKafka.port}`,
      KAFKA_PREFIX: `${new URL(databaseUrl).pathname.slice(1)}.`,
      ...settings,
    });
    const stop = async () => {
      await service.stop();
      await Promise.all([toPostgres, toRedis, toKafka].map((proxy) => proxy.close()));
      await database.end();
      await dropDatabase(databaseUrl);
      await servers.stop();
    };
    return new FaultWorld({ service, postgres: toPostgres, redis: toRedis, kafka: toKafka, database, redisUrl, stop });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async heal(): Promise<void> {
    await Promise.all([this.postgres, this.redis, this.kafka].map((proxy) => proxy.heal()));
  }

  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers = {}): Promise<Answer<T>> {
    return call<T>(this.service.url, method, path, body, headers);
  }

  ops<T = Record<string, unknown>>(path: string): Promise<Answer<T>> {
    return this.ask<T>('GET', `/ops/api${path}`, undefined, { authorization: `Bearer ${OPS_TOKEN}` });
  }

  enter(userId: string, queueId: string): Promise<Answer<Place>> {
    return this.ask<Place>('POST', '/api/v1/token/create', { userId, queueId });
  }

  /** Where a place is now, for who shows its token. */
  where({ token }: Fan): Promise<Answer<Place>> {
    return this.ask<Place>('GET', '/api/v1/token', undefined, { authorization: `Bearer ${token}` });
  }

  /** Somebody new who has entered. In a line of one, the first is inside and the next ones wait. */
  async fan(queueId: string): Promise<Fan> {
    const userId = `fan-${++fans}`;
    const { status, body } = await this.enter(userId, queueId);
    if (status !== 200) throw new Error(`entering was answered ${status}: ${JSON.stringify(body)}`);
    return { ...body, userId, queueId };
  }

  /** Takes and pays a seat on the signed pass, and keeps what was acknowledged in mind. */
  async reserve({ userId, queueId, token }: Fan, seatId: number, key?: string): Promise<Answer<Reservation>> {
    const answer = await this.ask<Reservation>(
      'POST',
      '/api/v1/reservation',
      { userId, concertId: 123, concertScheduleId: 456, seatId, queueId },
      { authorization: `Bearer ${token}`, ...(key && { 'idempotency-key': key }) },
    );
    if (answer.status === 200) this.#acknowledged.set(answer.body.reservationId, answer.body.status);
    return answer;
  }

  /** What must hold after every fault: the operators' audit, and everything that was acknowledged. Empty when it does. */
  async violations(): Promise<string[]> {
    let checks: { name: string; ok: boolean; detail: string }[] = [];
    const audit = async () => {
      const { status, body } = await this.ops<{ checks: typeof checks }>('/audit');
      checks = body.checks;
      return status;
    };
    // Refused like everything else as long as a store is not found well again.
    await expect.poll(audit, LATER).toBe(200);
    const found = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    for (const [id, status] of this.#acknowledged) {
      const { body } = await this.ask<Reservation>('GET', `/api/v1/reservation/${id}`);
      if (body.status !== status) found.push(`reservation ${id} was ${status} and is ${body.status}`);
    }
    return found;
  }
}

function addressOf(url: string) {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
}

function through({ port }: FaultProxy, url: string): string {
  const proxied = new URL(url);
  proxied.port = String(port);
  return proxied.href;
}

export const REFUSED = { status: 503, code: 'STORE_UNAVAILABLE', retryAfter: '1' };

/** What a client sees of a refusal: compare with REFUSED. */
export const seen = ({ status, body, headers }: Answer<unknown>) => ({
  status,
  code: (body as { code?: string } | null)?.code,
  retryAfter: headers.get('retry-after'),
});

/** Milliseconds that half of the calls took no longer than, asked one after the other. */
export async function medianMilliseconds(calls: number, ask: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < calls; i++) {
    const began = performance.now();
    await ask();
    took.push(performance.now() - began);
  }
  return took.sort((a, b) => a - b)[Math.floor(calls / 2)] as number;
}
