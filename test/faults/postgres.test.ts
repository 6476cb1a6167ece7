import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fan, FaultWorld, LATER, MISSING, REFUSED, seen } from './support/world.ts';

/** What the table of faults allows a refusal to take when rows are locked or connections are used up. */
const SECOND = 1_000;
/** A machine that is busy with other tests. Without those limits it would be 5 s and more. */
const ROOM = 2_000;
/** Longer than reservations look for locked rows first, once they have met one. */
const WARY_MILLISECONDS = 6_000;

/** Patient itself, it returns when somebody waits for what its transaction holds. */
const ONCE_WAITED_FOR = `
  SET LOCAL deadlock_timeout = '10s';
  DO $$ BEGIN
    WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid) LOOP
      PERFORM pg_sleep(0.005);
    END LOOP;
  END $$`;

describe.skipIf(MISSING)('the full size while PostgreSQL', () => {
  let world: FaultWorld;
  let inside: Fan;
  let seat = 2_000;
  beforeAll(async () => {
    // Deadlocks are found before anybody has given up waiting.
    world = await FaultWorld.start({}, ["deadlock_timeout = '250ms'"]);
    inside = await world.fan('main');
    await world.reserve(inside, seat); // so that there is a wallet to lock
  });
  afterAll(() => world?.stop());
  afterEach(async () => {
    await world.heal();
    await expect.poll(async () => (await world.reserve(inside, ++seat)).status, LATER).toBe(200);
    expect(await world.violations()).toEqual([]);
  });

  /** Locks rows or tables in a session of its own while `work` goes on. */
  async function whileLocked<T>(sql: string, work: (session: PoolClient) => Promise<T>): Promise<T> {
    const session = await world.database.connect();
    try {
      await session.query('BEGIN');
      await session.query(sql);
      return await work(session);
    } finally {
      await session.query('ROLLBACK').catch(() => {});
      session.release();
    }
  }
  const theWallet = () => `SELECT FROM wallets WHERE user_id = '${inside.userId}' FOR UPDATE`;
  const waitsForLocks = async () => {
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return (await world.database.query(waiting)).rowCount;
  };
  const payments = async () => {
    const count = `SELECT count(*)::int AS n FROM wallet_entries WHERE user_id = $1 AND kind = 'PAYMENT'`;
    return (await world.database.query(count, [inside.userId])).rows[0].n as number;
  };

  /** Asked again with the same key, it has one effect, whatever became of the first time. */
  async function oneEffect(ofSeat: number, key: string, before: number): Promise<void> {
    await expect.poll(async () => (await world.reserve(inside, ofSeat, key)).status, LATER).toBe(200);
    const again = await world.reserve(inside, ofSeat, key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(await payments()).toBe(before + 1);
  }

  it('is killed: 503, the line goes on, and the same key has one effect afterwards', async () => {
    const before = await payments();
    await world.postgres.refuse();
    expect(seen(await world.reserve(inside, ++seat, 'killed'))).toEqual(REFUSED);
    expect(seen(await world.ask('GET', `/api/v1/wallet/${inside.userId}`))).toEqual(REFUSED);
    expect((await world.enter('late', 'main')).body).toMatchObject({ status: 'WAITING' });
    await world.heal();
    await oneEffect(seat, 'killed', before);
  });

  it('is cut off in the middle of a transaction: nothing of it stays, and the same key has one effect', async () => {
    const before = await payments();
    const cut = await whileLocked(theWallet(), async () => {
      const reserving = world.reserve(inside, ++seat, 'cut');
      await expect.poll(waitsForLocks).toBe(1);
      world.postgres.cut();
      return await reserving;
    });
    expect(seen(cut)).toEqual(REFUSED);
    expect(await payments()).toBe(before);
    await oneEffect(seat, 'cut', before);
  });

  it('is cut off after the commit and before its answer: the same key tells what happened', async () => {
    const before = await payments();
    world.postgres.delay(400);
    const reserving = world.reserve(inside, ++seat, 'unheard');
    await expect.poll(payments, { timeout: 5_000, interval: 5 }).toBe(before + 1);
    world.postgres.cut();
    expect(seen(await reserving)).toEqual(REFUSED);
    await world.heal();
    const again = await world.reserve(inside, seat, 'unheard');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(await payments()).toBe(before + 1);
  });

  it('hangs with every connection: 503, and service again as soon as it answers', async () => {
    const before = await payments();
    // Several connections that know nothing of it yet.
    await Promise.all(Array.from({ length: 8 }, () => world.ask('GET', `/api/v1/wallet/${inside.userId}`)));
    world.postgres.silence();
    expect(seen(await world.reserve(inside, ++seat, 'hangs'))).toEqual(REFUSED);
    const began = performance.now();
    expect(seen(await world.reserve(inside, seat, 'hangs'))).toEqual(REFUSED);
    expect(performance.now() - began).toBeLessThan(SECOND + ROOM);
    expect((await world.enter('late', 'main')).body).toMatchObject({ status: 'WAITING' });
    await world.heal();
    await oneEffect(seat, 'hangs', before);
  });

  it('is slow: everybody is served, later', async () => {
    world.postgres.delay(150);
    expect((await world.reserve(inside, ++seat)).status).toBe(200);
  });

  it('answers drop by drop: 503, and the same key has one effect afterwards', async () => {
    const before = await payments();
    world.postgres.drip(1);
    expect(seen(await world.reserve(inside, ++seat, 'drips'))).toEqual(REFUSED);
    await world.heal();
    await oneEffect(seat, 'drips', before);
  });

  it('finds a deadlock: it is tried again, and nobody notices', async () => {
    const answered: number[] = [];
    const crossed = () =>
      whileLocked('SELECT FROM standing_stock WHERE schedule_id = 456 AND seat_id = 1 FOR UPDATE', async (session) => {
        const reserving = world.reserve(inside, 1).then(({ status }) => answered.push(status));
        await session.query(`${ONCE_WAITED_FOR}; ${theWallet()}`); // it has that one, and then waits for ours
        await session.query('COMMIT');
        await reserving;
      });
    let crossedAt = Number.NEGATIVE_INFINITY;
    const found = 'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()';
    const deadlocks = async () => {
      // On a busy machine the wait may be given up just before: reservations go around locked rows for a while then.
      if (performance.now() - crossedAt > WARY_MILLISECONDS) {
        await crossed();
        crossedAt = performance.now();
      }
      await world.reserve(inside, 1); // a session that goes on working says what it has met
      return (await world.database.query(found)).rows[0].deadlocks;
    };
    await expect.poll(deadlocks, LATER).toBeGreaterThan(0);
    expect(new Set(answered)).toEqual(new Set([200]));
  });

  it('has a locked row: whoever needs it is refused in under a second, whenever they came', async () => {
    await whileLocked(theWallet(), async () => {
      const asked: Promise<{ answer: ReturnType<typeof seen>; took: number }>[] = [];
      for (let i = 0; i < 30; i++) {
        const began = performance.now();
        const ask =
          i % 2
            ? world.reserve(inside, ++seat)
            : world.ask('POST', `/api/v1/wallet/${inside.userId}/charge`, { amount: 1 });
        asked.push(ask.then((answer) => ({ answer: seen(answer), took: performance.now() - began })));
        await sleep(50);
      }
      const all = await Promise.all(asked);
      for (const { answer } of all) expect(answer).toEqual(REFUSED);
      const longest = (from: number) => Math.max(...all.filter((_, i) => i % 2 === from).map(({ took }) => took));
      expect({ charge: longest(0), reserve: longest(1) }).toEqual({
        charge: expect.toSatisfy((took: number) => took < SECOND + ROOM),
        reserve: expect.toSatisfy((took: number) => took < SECOND + ROOM),
      });
    });
  });

  it('has no connection left: whoever waits for one is refused in under a second, and work in the background goes on', async () => {
    const holding = await world.ask<{ reservationId: string }>('POST', '/api/v1/reservation/hold', {
      ...{ userId: inside.userId, concertId: 123, concertScheduleId: 456, seatId: ++seat, queueId: 'main' },
    });
    expect(holding.status).toBe(200);
    const { reservationId } = holding.body;
    await world.database.query(
      `UPDATE reservations SET held_until = clock_timestamp() + interval '300 ms' WHERE reservation_id = $1`,
      [reservationId],
    );
    const expired = async () =>
      (await world.database.query('SELECT status FROM reservations WHERE reservation_id = $1', [reservationId])).rows[0]
        .status;
    await whileLocked('LOCK TABLE wallet_entries IN ACCESS EXCLUSIVE MODE', async () => {
      let worst = 0;
      let asking = true;
      const entries = async () => {
        while (asking) {
          const began = performance.now();
          expect(seen(await world.ask('GET', `/api/v1/wallet/${inside.userId}/entries`))).toEqual(REFUSED);
          worst = Math.max(worst, performance.now() - began);
        }
      };
      const crowd = Array.from({ length: 40 }, entries);
      await expect.poll(expired, { timeout: 5_000 }).toBe('EXPIRED');
      await sleep(1_500);
      asking = false;
      await Promise.all(crowd);
      expect(worst).toBeLessThan(SECOND + ROOM);
    });
  });
});
