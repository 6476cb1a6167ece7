// The clock of a process jumps by an hour, as when somebody sets it or a virtual machine was away; those of the stores do
// not. Every slot, hold and pass ends by the clock of the store that keeps it, so people must not notice.
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessClock } from './support/process-clock.ts';
import { type Fan, FaultWorld, LATER, MISSING, REFUSED, seen } from './support/world.ts';

const clock = MISSING ? null : await ProcessClock.make();

/** Much shorter than the jump: by the clock that jumped, everything would be over, or would end an hour too late. */
const SECONDS = 600;
const TEN_MINUTES = {
  ACTIVE_SECONDS: String(SECONDS),
  NO_SHOW_SECONDS: String(SECONDS),
  HOLD_SECONDS: String(SECONDS),
};
/** What a busy machine may add between a moment and what is told of it. */
const TOLERANCE_SECONDS = 30;
const HOUR = 3_600;

interface Held {
  reservationId: string;
  status: string;
  heldUntil: string | null;
}

describe.skipIf(!clock)('the full size while the clock of the process jumps', () => {
  let world: FaultWorld;
  beforeAll(async () => {
    world = await FaultWorld.start({ ...TEN_MINUTES, ...clock?.env });
  });
  afterAll(async () => {
    await world?.stop();
    clock?.dispose();
  });

  const bearer = ({ token }: Fan) => ({ authorization: `Bearer ${token}` });
  const hold = async (fan: Fan, seatId: number) => {
    const body = { userId: fan.userId, queueId: fan.queueId, concertId: 123, concertScheduleId: 456, seatId };
    const answer = await world.ask<Held>('POST', '/api/v1/reservation/hold', body, bearer(fan));
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const held = async (id: string) => (await world.ask<Held>('GET', `/api/v1/reservation/${id}`)).body;
  /** Seconds from now, by the clock of PostgreSQL. */
  const inSeconds = async (time: unknown) =>
    Number(
      (await world.database.query('SELECT extract(epoch FROM $1::timestamptz - clock_timestamp()) AS s', [time]))
        .rows[0].s,
    );
  const expectTenMinutes = async (time: unknown) =>
    expect(Math.abs((await inSeconds(time)) - SECONDS)).toBeLessThan(TOLERANCE_SECONDS);

  /** By how many seconds the clock of the process is ahead, as it dates its answers. */
  async function ahead(): Promise<number> {
    const { headers } = await world.ask('GET', '/health');
    return (Date.parse(headers.get('date') as string) - Date.now()) / 1_000;
  }
  async function jump(seconds: number): Promise<void> {
    clock?.jump(seconds);
    await expect.poll(async () => Math.abs((await ahead()) - seconds), LATER).toBeLessThan(5);
  }

  /** Shows that ticks go on: a hold that is over by the store's clock is ended, and nobody asked for it. */
  async function tick(fan: Fan, seatId: number): Promise<void> {
    const { reservationId } = await hold(fan, seatId);
    await world.database.query('UPDATE reservations SET held_until = clock_timestamp() WHERE reservation_id = $1', [
      reservationId,
    ]);
    const status = async () =>
      (await world.database.query('SELECT status FROM reservations WHERE reservation_id = $1', [reservationId])).rows[0]
        .status;
    await expect.poll(status, LATER).toBe('EXPIRED');
  }

  it.each([
    ['an hour ahead', HOUR, 1_001],
    ['an hour back', -HOUR, 1_101],
  ])(
    '%s: nothing ends early or late, the line moves, and passes are good for what they are',
    async (name, seconds, seat) => {
      const line = name.replaceAll(' ', '-');
      const [inside, waiting] = [await world.fan(line), await world.fan(line)];
      const [leaving, next] = [await world.fan(`${line}-2`), await world.fan(`${line}-2`)];
      const kept = await hold(inside, seat);
      const expectUnchanged = async () => {
        expect((await world.where(inside)).body).toMatchObject({ status: 'ACTIVE', ticket: inside.ticket });
        expect((await world.where(waiting)).body).toMatchObject({
          status: 'WAITING',
          position: 1,
          ticket: waiting.ticket,
        });
        expect(await held(kept.reservationId)).toMatchObject({ status: 'HELD', heldUntil: kept.heldUntil });
      };
      // Everything that is asked from here on, all the time.
      const statuses = new Set<number>();
      let over = false;
      const asking = (async () => {
        for (; !over; await sleep(20)) statuses.add((await world.where(waiting).catch(() => ({ status: 0 }))).status);
      })();

      await jump(seconds);
      await tick(leaving, seat + 1);
      await expectUnchanged();
      // What begins now has its whole length, by the clock of the store.
      expect((await world.ask('DELETE', '/api/v1/token', undefined, bearer(leaving))).status).toBe(204);
      const admitted = (await world.where(next)).body as unknown as Fan & { expiresAt: string };
      expect(admitted).toMatchObject({ status: 'ACTIVE' });
      await expectTenMinutes(admitted.expiresAt);
      const late = await world.fan(`${line}-3`);
      await expectTenMinutes((await hold(late, seat + 2)).heldUntil);

      // A pass is good as long as its slot by the store's clock, no less and no more.
      const short = `${line}-short`;
      await world.ask(
        'PATCH',
        `/ops/api/queues/${short}`,
        { activeSeconds: 1 },
        { authorization: `Bearer ${world.service.opsToken}` },
      );
      const gone = await world.fan(short);
      expect(gone.status).toBe('ACTIVE');
      await expect.poll(async () => (await world.where(gone)).body.status ?? 'NONE', LATER).not.toBe('ACTIVE');
      expect(Array.from(statuses)).toEqual([200]);
      world.redis.refuse();
      await expect.poll(async () => seen(await world.enter('late', line)), LATER).toEqual(REFUSED);
      expect(await world.reserve(inside, seat + 3)).toMatchObject({ status: 200 });
      expect(seen(await world.reserve(gone, seat + 4))).toEqual(REFUSED);
      await world.heal();
      await expect.poll(async () => (await world.enter('late', line)).status, LATER).toBe(200);

      await jump(0);
      await tick(late, seat + 5);
      await expectUnchanged();
      expect(await world.violations()).toEqual([]);
      over = true;
      await asking;
      expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    },
  );

  it('thirty hours ahead, then back: queue tokens are good for their day by the clock of the database', async () => {
    const fan = await world.fan('tokens');
    for (const hours of [30, -30, 0]) {
      await jump(hours * HOUR);
      expect((await world.where(fan)).status).toBe(200);
      const other = await world.fan('tokens');
      const { exp } = decodeJwt(other.token);
      expect(Math.abs((exp as number) - Date.now() / 1_000 - 24.5 * HOUR)).toBeLessThan(HOUR);
    }
  });
});
