// Two processes on one database: one is killed, one is told to stop while people are being served.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fresh } from '../http/support/world.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { type Answer, call, type Service, startService } from '../support/service.ts';

const HOLDS = 20;
const TAKEOVER_MILLISECONDS = 5_000;
const LANES = 20;

describe.skipIf(POSTGRES.missing)('of two processes', () => {
  let home: TestDatabase;
  let one: Service;
  let other: Service;
  beforeAll(async () => {
    home = await POSTGRES.open();
    const env = { DATABASE_URL: home.url as string };
    [one, other] = await Promise.all([startService(env), startService(env)]);
  });
  afterAll(async () => {
    await Promise.all([one?.stop(), other?.stop()]);
    await home?.dispose();
  });

  /** Seats that somebody holds, all about to run out at once. @returns when they do, by this machine's clock */
  async function holds(): Promise<{ userId: string; over: number }> {
    const [userId, queueId] = [fresh('user'), fresh('queue')];
    await call(other.url, 'POST', '/api/v1/token/create', { userId, queueId });
    for (let i = 0; i < HOLDS; i++) {
      const body = { userId, queueId, concertId: 123, concertScheduleId: 456, seatId: 1_001 + i };
      expect((await call(other.url, 'POST', '/api/v1/reservation/hold', body)).status).toBe(200);
    }
    const soon = `UPDATE reservations SET held_until = clock_timestamp() + interval '300 ms' WHERE user_id = $1`;
    await home.database.query(soon, [userId]);
    return { userId, over: performance.now() + 300 };
  }

  /** By the tables alone: asking for a reservation would end it as well. @returns of one user's holds, how many events each has */
  async function eventsOfExpired(userId: string): Promise<number[]> {
    const rows = await home.database.query<{ events: number }>(
      `SELECT (SELECT count(*)::int FROM outbox o WHERE o.type = 'reservation.expired'
          AND o.payload ->> 'reservationId' = r.reservation_id::text) AS events
        FROM reservations r WHERE r.user_id = $1 AND r.status = 'EXPIRED'`,
      [userId],
    );
    return rows.map(({ events }) => events);
  }

  it('one is killed: the other ends what runs out within 5 s', async () => {
    const { userId, over } = await holds();
    await one.kill();
    const timeout = over + TAKEOVER_MILLISECONDS - performance.now();
    await expect.poll(() => eventsOfExpired(userId), { timeout }).toEqual(Array(HOLDS).fill(1));
  });

  it('one is told to stop under load: each request is served whole, or sent elsewhere with 503', async () => {
    await one.restart();
    const userId = fresh('charged');
    const balance = async () => Number((await call(other.url, 'GET', `/api/v1/wallet/${userId}`)).body.balance);
    const before = await balance();
    const charge = ({ url }: Service, key: string) =>
      call(url, 'POST', `/api/v1/wallet/${userId}/charge`, { amount: 1 }, { 'idempotency-key': key });
    const asked = new Map<string, Answer | null>();
    /** Asks without a pause until it is told to go elsewhere, or nobody is there any more. */
    const lane = async () => {
      for (let status: number | undefined = 200; status === 200; ) {
        const key = fresh('key');
        const answer = await charge(one, key).catch(() => null);
        asked.set(key, answer);
        status = answer?.status;
      }
    };
    const lanes = Promise.all(Array.from({ length: LANES }, lane));
    await expect.poll(() => asked.size, { timeout: 45_000 }).toBeGreaterThan(5 * LANES);
    expect(await one.end('SIGTERM')).toBe(0);
    await lanes;

    const refused = [...asked.values()].filter((answer) => answer !== null && answer.status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
      expect(answer?.headers.get('connection')).toBe('close');
      expect(answer?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    // What was served is there, and the rest has one effect when it is asked for again.
    expect(await balance()).toBeGreaterThanOrEqual(before + asked.size - refused.length - LANES);
    for (const key of asked.keys()) expect((await charge(other, key)).status).toBe(200);
    expect(await balance()).toBe(before + asked.size);
  });
});
