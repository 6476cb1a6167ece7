// The disk of a real PostgreSQL is full: of its data alone, and of its log, which ends it.
import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../scripts/services/database.ts';
import type { Services } from '../../scripts/services/services.ts';
import { ownServers } from '../support/servers.ts';
import { type Answer, call, OPS_TOKEN, type Service, startService } from '../support/service.ts';
import { SmallDisk } from './support/small-disk.ts';
import { LATER, REFUSED, type Reservation, seen } from './support/world.ts';

/** As for every refusal of a lost store; the rest is room for a machine that is busy with other tests. */
const REFUSED_WITHIN_MILLISECONDS = 3_000;
const FAN = 'fan';

const mounted = process.env.JARI_TEST_DATABASE_URL ? SmallDisk.mount(384) : null;
afterAll(() => mounted?.unmount());

/** A service, and what it was asked and has acknowledged. */
class Buyer {
  readonly service: Service;
  readonly #charges = new Set<string>();
  #acknowledged = 0;
  #before = 0;
  #reserved = '';

  constructor(service: Service) {
    this.service = service;
  }

  async begin(): Promise<void> {
    await this.#ask('POST', '/api/v1/token/create', { userId: FAN });
    const seat = { userId: FAN, concertId: 123, concertScheduleId: 456, seatId: 2_000 };
    const reserved = await this.#ask<Reservation>('POST', '/api/v1/reservation', seat);
    expect(reserved.status).toBe(200);
    this.#reserved = reserved.body.reservationId;
    this.#before = await this.balance();
  }

  charge(key = `charge-${this.#charges.size}`): Promise<Answer> {
    this.#charges.add(key);
    return this.#ask('POST', `/api/v1/wallet/${FAN}/charge`, { amount: 1 }, { 'idempotency-key': key });
  }

  /** What somebody who only reads is answered. */
  async look(): Promise<ReturnType<typeof seen>> {
    return seen(await this.#ask('GET', `/api/v1/wallet/${FAN}`));
  }

  async balance(): Promise<number> {
    return (await this.#ask<{ balance: number }>('GET', `/api/v1/wallet/${FAN}`)).body.balance;
  }

  /** Charges until somebody is refused: what is written fits into pages that are there, for a while. */
  async chargeUntilRefused(): Promise<void> {
    const refusals = new Set<string>();
    let longest = 0;
    const one = async () => {
      const began = performance.now();
      const answer = await this.charge();
      if (answer.status === 200) this.#acknowledged++;
      else refusals.add(JSON.stringify(seen(answer)));
      longest = Math.max(longest, answer.status === 200 ? 0 : performance.now() - began);
    };
    for (const deadline = Date.now() + 45_000; refusals.size === 0 && Date.now() < deadline; ) {
      await Promise.all(Array.from({ length: 20 }, one));
    }
    expect([...refusals]).toEqual([JSON.stringify(REFUSED)]);
    expect(longest).toBeLessThan(REFUSED_WITHIN_MILLISECONDS);
  }

  /** Everything that is read, with all that was acknowledged. */
  async expectReadable(): Promise<void> {
    expect(await this.balance()).toBe(this.#before + this.#acknowledged);
    const seats = await this.#ask('GET', '/api/v1/concerts/123/schedules/456/seats');
    expect(seats.status).toBe(200);
    await this.#expectReserved();
  }

  /** Each charge has one effect when it is asked for again, whatever it was answered, and the audit finds nothing. */
  async expectWhole(): Promise<void> {
    for (const key of this.#charges) await expect.poll(async () => (await this.charge(key)).status, LATER).toBe(200);
    expect(await this.balance()).toBe(this.#before + this.#charges.size);
    await this.#expectReserved();
    const audit = async () => (await this.#ask('GET', '/ops/api/audit')).body.ok;
    await expect.poll(audit, LATER).toBe(true);
  }

  async #expectReserved(): Promise<void> {
    const { status, body } = await this.#ask<Reservation>('GET', `/api/v1/reservation/${this.#reserved}`);
    expect([status, body.status]).toEqual([200, 'CONFIRMED']);
  }

  #ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers = {}): Promise<Answer<T>> {
    return call<T>(this.service.url, method, path, body, { authorization: `Bearer ${OPS_TOKEN}`, ...headers });
  }
}

describe.skipIf(!mounted)('a full disk of PostgreSQL:', () => {
  const disk = mounted as SmallDisk;
  let servers: Services;
  let buyer: Buyer;
  const start = async (url: string) => {
    buyer = new Buyer(await startService({ DATABASE_URL: url }));
    await buyer.begin();
  };
  afterEach(async () => {
    disk.makeRoom();
    await buyer?.service.stop();
    await servers?.stop();
  });

  it('its data finds no room: writes are refused, reading goes on, and writes when there is room again', async () => {
    servers = await ownServers(['postgres']);
    await start(await databaseOn(join(disk.folder, 'data'), servers.urls.DATABASE_URL as string));
    disk.fill();
    await buyer.chargeUntilRefused();
    await buyer.expectReadable();
    disk.makeRoom();
    await buyer.expectWhole();
  });

  it('its log finds no room: PostgreSQL ends, and when it is started with room, everything is there', async () => {
    servers = await ownServers(['postgres'], { dir: join(disk.folder, 'run') });
    const server = servers.urls.DATABASE_URL as string;
    await start(await createDatabase(server));
    disk.fill();
    await buyer.chargeUntilRefused();
    await fillLog(server);
    expect([await buyer.look(), seen(await buyer.charge())]).toEqual([REFUSED, REFUSED]);
    disk.makeRoom();
    await servers.restart('postgres');
    await buyer.expectWhole();
  });
});

async function asked<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
  client.on('error', () => {}); // the query is rejected as well
  try {
    await client.connect();
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** An empty database whose files lie in a folder of their own, its log where the server has it. */
async function databaseOn(folder: string, server: string): Promise<string> {
  const [found] = await asked<{ data_directory: string }>(server, 'SHOW data_directory');
  const { uid, gid } = statSync(found?.data_directory as string);
  mkdirSync(folder);
  chownSync(folder, uid, gid);
  await asked(server, `CREATE TABLESPACE small LOCATION '${folder}'`);
  const url = await createDatabase(server);
  await asked(server, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET TABLESPACE small`);
  return url;
}

/** Others on the server write too, until its log has no room and it has ended. */
async function fillLog(server: string): Promise<void> {
  const gone = async () => {
    const write = "SELECT pg_logical_emit_message(true, 'filler', repeat('.', 1000000))";
    const told = await asked(server, write).catch((error) => error as { code?: string });
    return 'code' in told ? told.code : 'written';
  };
  await expect.poll(gone, { ...LATER, interval: 1 }).toBe('ECONNREFUSED');
}
