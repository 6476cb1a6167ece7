// Two whole processes on one PostgreSQL and one Redis whose schedulers tick at the same moment, over and over, while people
// come in, hold seats, pay for some and let others run out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../server/db/migrate.ts';
import { keysOf } from '../../server/queue/redis/keys.ts';
import { fresh } from '../http/support/world.ts';
import { type RawRedis, rawClient } from '../queue/redis-line.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { call, type Service, startService } from '../support/service.ts';

const redis = await sharedServer('redis');
const SERVER = join(import.meta.dirname, '../../server');
const PHASE = join(import.meta.dirname, 'support/same-phase.mjs');
const CAP = 6;
const LANES = 12;
/** Some thirty ticks of the line and fifteen of the holds, in each process. */
const CROWD_MILLISECONDS = 15_000;
const MOST_ROUNDS = 15;
const HOLDS_A_ROUND = 40;
const LATER = { timeout: 45_000, interval: 50 };

/** Two that wait for nothing and look at nothing: each guard alone would do. */
const GUARDS = [
  ['reservation/sql/expire_holds.sql', ' FOR UPDATE SKIP LOCKED'],
  ['reservation/sql/_expire.sql', " AND CASE r.status WHEN 'HELD' THEN r.held_until <= moment END"],
] as const;

describe.skipIf(POSTGRES.missing ?? redis.missing)('two processes that tick at the same moment', () => {
  let home: TestDatabase;
  let servers: Awaited<ReturnType<typeof ownServers>>;
  let raw: RawRedis;
  let services: Service[] = [];
  beforeAll(async () => {
    [home, servers] = await Promise.all([POSTGRES.open(), ownServers(['redis'])]);
    const env = {
      DATABASE_URL: home.url as string,
      REDIS_URL: servers.urls.REDIS_URL as string,
      TOKEN_SECRET: 'the same for both processes',
      QUEUE_CAP: String(CAP),
      ACTIVE_SECONDS: '2',
      NO_SHOW_SECONDS: '1',
      HOLD_SECONDS: '1',
      SEATS_PER_USER: '0',
      NODE_OPTIONS: `--import ${PHASE}`,
    };
    services = await Promise.all([startService(env), startService(env)]);
    raw = await rawClient(env.REDIS_URL);
  });
  afterAll(async () => {
    raw?.destroy();
    await Promise.all(services.map((service) => service.stop()));
    await servers?.stop();
    await home?.dispose();
  });

  const rows = <T>(text: string, values: unknown[] = []) =>
    home.database.query(text, values) as unknown as Promise<(T & Record<string, unknown>)[]>;
  const open = () =>
    rows<{ n: number }>(`SELECT count(*) AS n FROM reservations WHERE status = 'HELD'`).then(([row]) => row?.n);
  /** How often each hold that ran out was told of. */
  const toldOfExpired = async () =>
    (
      await rows<{ told: number }>(
        `SELECT (SELECT count(*)::int FROM outbox o WHERE o.type = 'reservation.expired' AND o.key = r.reservation_id::text) AS told
         FROM reservations r WHERE r.status = 'EXPIRED'`,
      )
    ).map(({ told }) => told);

  let seat = 0;
  const hold = (url: string, userId: string, queueId: string) => {
    const body = { userId, queueId, concertId: 123, concertScheduleId: 456, seatId: 1_001 + seat++ };
    return call(url, 'POST', '/api/v1/reservation/hold', body);
  };

  it('let in no more than the cap, end each hold once, and hand on each event once', async () => {
    const queueId = 'same';
    const statuses = new Set<number>();
    const until = Date.now() + CROWD_MILLISECONDS;
    const url = (i: number) => (services[i % 2] as Service).url;
    /** One after the other comes in, waits for the turn, holds a seat, and pays for it or does not. */
    async function lane(i: number): Promise<void> {
      for (let n = i; Date.now() < until; n++) {
        const userId = fresh('fan');
        const entered = await call(url(n), 'POST', '/api/v1/token/create', { userId, queueId });
        statuses.add(entered.status);
        let status = entered.body.status;
        const headers = { authorization: `Bearer ${entered.body.token}` };
        for (; status === 'WAITING' && Date.now() < until; await sleep(100)) {
          status = (await call(url(n + 1), 'GET', '/api/v1/token', undefined, headers)).body.status;
        }
        if (status !== 'ACTIVE') continue;
        const held = await hold(url(n + 1), userId, queueId);
        statuses.add(held.status);
        if (held.status !== 200 || n % 3 > 0) continue;
        statuses.add((await call(url(n), 'POST', `/api/v1/reservation/${held.body.reservationId}/pay`)).status);
      }
    }
    let most = 0;
    const [, , inside] = keysOf(queueId) as [string, string, string];
    const watch = async () => {
      for (; Date.now() < until; await sleep(5))
        most = Math.max(most, Number(await raw.send(inside, ['ZCARD', inside])));
    };
    await Promise.all([watch(), ...Array.from({ length: LANES }, (_, i) => lane(i))]);

    expect([...statuses].filter((status) => status >= 500 && status !== 503)).toEqual([]);
    expect(most).toBe(CAP);
    await expect.poll(open, LATER).toBe(0);
    const told = await toldOfExpired();
    expect(told.length).toBeGreaterThan(CAP);
    expect(told.filter((times) => times !== 1)).toEqual([]);
    // Nobody is admitted twice on one ticket.
    const admitted = () =>
      rows<{ n: number }>('SELECT count(*) AS n FROM admission_record WHERE queue_id = $1', [queueId]);
    await expect.poll(async () => (await admitted())[0]?.n, LATER).toBeGreaterThan(2 * CAP);
    expect(
      await rows('SELECT ticket FROM admission_record WHERE queue_id = $1 GROUP BY ticket HAVING count(*) > 1', [
        queueId,
      ]),
    ).toEqual([]);
    // Each sale is in the ranking once.
    const sold = () => rows<{ sold: number }>('SELECT sold FROM sales_ranking WHERE concert_id = 123');
    const [{ n: paid } = { n: 0 }] = await rows<{ n: number }>(
      `SELECT count(*) AS n FROM reservations WHERE status = 'CONFIRMED'`,
    );
    expect(paid).toBeGreaterThan(0);
    await expect.poll(async () => (await sold())[0]?.sold, LATER).toBe(paid);
    const unheard = `SELECT count(*) AS n FROM outbox o WHERE topic = 'reservations'
      AND NOT EXISTS (SELECT FROM inbox i WHERE i.event_id = o.event_id AND i.consumer = 'sales-ranking')`;
    await expect.poll(async () => (await rows<{ n: number }>(unheard))[0]?.n, LATER).toBe(0);
    expect((await sold())[0]?.sold).toBe(paid);
    expect(await violations(home.database)).toEqual([]);
    for (const { url, opsToken } of services) {
      const { body } = await call<{ ok: boolean }>(url, 'GET', '/ops/api/audit', undefined, {
        authorization: `Bearer ${opsToken}`,
      });
      expect(body).toMatchObject({ ok: true });
    }
  });

  it('would end holds twice without the guards of the holds: so they do meet', async () => {
    await expect.poll(open, LATER).toBe(0);
    for (const [file, guard] of GUARDS) {
      const text = onOneLine(readFileSync(join(SERVER, file), 'utf8'));
      expect(text).toContain(guard);
      // Long enough for the other one to come in between, on a quick machine too.
      await home.database.query(text.replace(guard, '').replace(' BEGIN ', ' BEGIN PERFORM pg_sleep(0.05); '));
    }
    let twice = 0;
    for (let round = 1; round <= MOST_ROUNDS && twice === 0; round++) {
      // As though that many people had held a seat each and gone: all are over at once.
      await home.database.query(
        `INSERT INTO reservations (reservation_id, user_id, concert_id, schedule_id, seat_id, queue_id, exclusive, status, price, held_until)
         SELECT gen_random_uuid(), 'gone', 123, 456, 100000 + $1 * 1000 + n, 'same', true, 'HELD', 0, clock_timestamp() FROM generate_series(1, $2::int) n`,
        [round, HOLDS_A_ROUND],
      );
      await expect.poll(open, LATER).toBe(0);
      await sleep(500); // for the second of two that are at it
      twice = (await toldOfExpired()).filter((times) => times > 1).length;
    }
    await migrate(home.database);
    expect(twice).toBeGreaterThan(0);
  });
});

/** On one line, so that a guard can be found wherever it is broken into two. */
const onOneLine = (text: string) => text.replace(/--.*$/gm, '').replace(/\s+/g, ' ');
