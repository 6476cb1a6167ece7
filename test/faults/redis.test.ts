import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RawRedis, rawClient } from '../queue/redis-line.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { FaultWorld, LATER, MISSING, medianMilliseconds, REFUSED, seen } from './support/world.ts';

/**
 * What a client may wait for a refusal once it is known that Redis is away: 50 ms on a quiet machine. Who asked Redis would
 * wait ten times that.
 */
const AT_ONCE_MILLISECONDS = 250;
const SEATS_FROM = 1_001;

const FAULTS: [string, (redis: FaultProxy) => void | Promise<void>][] = [
  ['is killed', (redis) => redis.refuse()],
  ['hangs and accepts connections', (redis) => redis.silence()],
  ['takes much too long', (redis) => redis.delay(2_000)],
  ['answers drop by drop', (redis) => redis.drip(1)],
];

describe.skipIf(MISSING)('the full size while Redis', () => {
  let world: FaultWorld;
  let raw: RawRedis;
  beforeAll(async () => {
    world = await FaultWorld.start();
    raw = await rawClient(world.redisUrl);
  });
  afterAll(async () => {
    raw?.destroy();
    await world?.stop();
  });
  afterEach(async () => {
    await world.heal();
    expect(await world.violations()).toEqual([]);
  });

  it.each(FAULTS)(
    '%s: refuses to enter at once, lets those inside reserve, and goes on by itself',
    async (fault, begin) => {
      const queueId = fault.replaceAll(' ', '-');
      const [inside, waiting] = [await world.fan(queueId), await world.fan(queueId)];
      expect([inside.status, waiting.status, waiting.position]).toEqual(['ACTIVE', 'WAITING', 1]);
      await begin(world.redis);

      await expect.poll(async () => seen(await world.enter('late', queueId)), LATER).toEqual(REFUSED);
      const refusals = new Set<string>();
      const refused = async () =>
        refusals.add(JSON.stringify([seen(await world.enter('late', queueId)), seen(await world.where(waiting))]));
      expect(await medianMilliseconds(20, refused)).toBeLessThan(2 * AT_ONCE_MILLISECONDS);
      expect([...refusals]).toEqual([JSON.stringify([REFUSED, REFUSED])]);
      const seat = SEATS_FROM + FAULTS.findIndex(([name]) => name === fault);
      expect((await world.reserve(inside, seat)).status).toBe(200);
      // A pass says who is inside; who waits has none to show.
      expect(seen(await world.reserve(waiting, seat + 100))).toEqual(REFUSED);

      await world.heal();
      await expect.poll(async () => (await world.enter('late', queueId)).status, LATER).toBe(200);
      expect((await world.where(inside)).body).toMatchObject({ status: 'ACTIVE', ticket: inside.ticket });
      expect((await world.where(waiting)).body).toMatchObject({
        status: 'WAITING',
        position: 1,
        ticket: waiting.ticket,
      });
      expect((await world.enter('late', queueId)).body).toMatchObject({ status: 'WAITING', position: 2 });
    },
  );

  it('is slow but answers: everybody is served', async () => {
    world.redis.delay(60);
    const [inside, waiting] = [await world.fan('slow'), await world.fan('slow')];
    expect([inside.status, waiting.status]).toEqual(['ACTIVE', 'WAITING']);
    expect((await world.reserve(inside, SEATS_FROM + 50)).status).toBe(200);
    await world.heal();
  });

  it('is full: refuses to enter, and lets people ask, leave and move up', async () => {
    const [inside, waiting] = [await world.fan('full'), await world.fan('full')];
    await raw.send('', ['CONFIG', 'SET', 'maxmemory', '1']);
    expect(seen(await world.enter('late', 'full'))).toEqual(REFUSED);
    expect((await world.where(waiting)).body).toMatchObject({ status: 'WAITING', position: 1 });
    const left = await world.ask('DELETE', '/api/v1/token', undefined, { authorization: `Bearer ${inside.token}` });
    expect(left.status).toBe(204);
    expect((await world.where(waiting)).body).toMatchObject({ status: 'ACTIVE' });
    await raw.send('', ['CONFIG', 'SET', 'maxmemory', '0']);
    expect((await world.enter('late', 'full')).body).toMatchObject({ status: 'WAITING', position: 1 });
  });

  it('has lost its data: places are kept, and nobody is let in beside those inside', async () => {
    const [inside, waiting] = [await world.fan('lost'), await world.fan('lost')];
    const noted = async () =>
      (await world.database.query(`SELECT inside::text FROM queue_ledger WHERE queue_id = 'lost'`)).rows[0]?.inside;
    await expect.poll(noted, LATER).toContain(inside.userId);
    await raw.send('', ['FLUSHALL']);
    expect((await world.enter('late', 'lost')).body).toMatchObject({ status: 'WAITING' });
    expect((await world.where(waiting)).body).toMatchObject({ status: 'WAITING', position: 1, ticket: waiting.ticket });
    expect((await world.where(inside)).body).toMatchObject({ status: 'ACTIVE', ticket: inside.ticket });
    expect((await world.reserve(inside, SEATS_FROM + 60)).status).toBe(200);
    const overview = async () => (await world.ask('GET', '/api/v1/queue/lost')).body;
    await expect.poll(overview, LATER).toMatchObject({ active: 1, waiting: 2 });
  });
});
