import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Queue } from '../../server/queue/queue.ts';
import { channelOf, keysOf } from '../../server/queue/redis/keys.ts';
import { loadScripts, type Script } from '../../server/queue/redis/scripts.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { Actors, range, short, users } from './actors.ts';
import { inDrawnOrder } from './conformance/draws.ts';
import { FRESH } from './lines.ts';
import { openRedisLine, type RedisLine } from './redis-line.ts';

const { missing } = await sharedServer('redis');

// Redis has lost what it was told: all of it, or the latest of it. Nobody may be admitted beside those who are inside
// already, and everybody keeps their place.
describe.skipIf(missing)('a line in Redis whose data was lost', () => {
  let servers: Awaited<ReturnType<typeof ownServers>>;
  let line: RedisLine;
  let queue: Actors;

  beforeAll(async () => {
    servers = await ownServers(['redis']);
    line = await openRedisLine(servers.urls.REDIS_URL as string);
  });
  afterAll(async () => {
    await line?.dispose();
    await servers?.stop();
  });
  beforeEach(() => {
    queue = new Actors(line);
  });

  const flush = () => line.raw.send('', ['FLUSHALL']);

  /** Where users are who show their ticket. */
  async function show(...shown: [userId: string, ticket: number][]) {
    const requests = shown.map(([userId, ticket]) => ({ userId, ticket, queueId: queue.queueId }));
    return (await line.store.status(requests, true)).map(short);
  }

  /** Three inside, four who wait; noted in the ledger. */
  async function sevenWithTickets(): Promise<Map<string, number>> {
    const places = await queue.enter(...users(7));
    await queue.tick();
    return new Map(places.map(({ userId, ticket }) => [userId, ticket]));
  }
  const ticketsOf = (tickets: Map<string, number>, ...names: string[]) =>
    names.map((name): [string, number] => [name, tickets.get(name) as number]);

  it('keeps who was inside, with their slots', async () => {
    await sevenWithTickets();
    const inside = await queue.places(...users(3));
    await flush();
    expect(await queue.places(...users(3))).toEqual(inside);
    expect(await queue.stats()).toMatchObject({ active: 3, waiting: 0, servingTicket: 3, ...FRESH });
  });

  it('gives places back in the order of tickets, in whatever order people ask', async () => {
    const tickets = await sevenWithTickets();
    await flush();
    expect(await show(...ticketsOf(tickets, 'user-6'))).toEqual([1]);
    expect(await show(...ticketsOf(tickets, 'user-5', 'user-7'))).toEqual([1, 3]);
    expect(await show(...ticketsOf(tickets, 'user-4', 'user-5', 'user-6', 'user-7'))).toEqual([1, 2, 3, 4]);
    const [place] = await queue.places('user-6');
    expect(place?.ticket).toBe(tickets.get('user-6'));
  });

  it('puts newcomers behind all whose places were lost, with tickets that nobody had', async () => {
    const tickets = await sevenWithTickets();
    await flush();
    const [newcomer] = await queue.enter('newcomer');
    expect(short(newcomer ?? null)).toBe(1);
    expect(newcomer?.ticket).toBeGreaterThan(tickets.get('user-7') as number);
    expect(await show(...ticketsOf(tickets, 'user-7', 'user-4'))).toEqual([2, 1]);
    expect(await queue.where('newcomer')).toEqual([3]);
  });

  it('admits nobody until all slots are over that it may not know of', async () => {
    const tickets = await sevenWithTickets();
    await flush();
    await show(...ticketsOf(tickets, 'user-4', 'user-5', 'user-6', 'user-7'));
    await queue.enter('newcomer');
    await queue.leave('user-1', 'user-2', 'user-3');
    expect(await queue.tick()).toEqual([]);
    await queue.configure({ cap: 5 });
    expect(await queue.stats()).toMatchObject({ active: 0, waiting: 5 });
    await queue.age(FRESH.activeSeconds - 60);
    expect(await queue.tick()).toEqual([]);
    await queue.age(120);
    expect((await queue.tick()).map(({ userId }) => userId)).toEqual([...users(4, 4), 'newcomer']);
  });

  it('gives a place back once, and only to whom it was lost', async () => {
    const tickets = await sevenWithTickets();
    await queue.leave('user-1');
    const ended = tickets.get('user-1') as number;
    const noted = async () => (await line.ledger.find(queue.queueId))?.inside.map(([userId]) => userId);
    await expect.poll(() => queue.tick().then(noted), { timeout: 20_000 }).not.toContain('user-1');
    await flush();
    // Their turn was over.
    expect(await show(['user-1', ended])).toEqual([null]);
    // Nobody ever had this ticket.
    expect(await show(['user-9', 1_000_000])).toEqual([null]);
    expect(await show(...ticketsOf(tickets, 'user-5'))).toEqual([1]);
    await queue.leave('user-5');
    expect(await show(...ticketsOf(tickets, 'user-5'))).toEqual([null]);
  });

  it('does not take tickets for lost that never were', async () => {
    await sevenWithTickets();
    expect(await show(['stranger', 5], ['stranger', 8], ['stranger', 1_000])).toEqual([null, null, null]);
  });

  it('keeps its settings', async () => {
    await queue.configure({ cap: 2, state: 'PAUSED', activeSeconds: 77, releaseOnConfirm: true });
    await flush();
    expect(await queue.stats()).toMatchObject({ cap: 2, state: 'PAUSED', activeSeconds: 77, releaseOnConfirm: true });
  });

  it('is noticed by a process that has just started, too', async () => {
    const tickets = await sevenWithTickets();
    await flush();
    const { store, dispose } = await line.elsewhere();
    const [newcomer] = await store.enter([{ userId: 'newcomer', queueId: queue.queueId }]);
    expect(newcomer).toMatchObject({ status: 'WAITING' });
    expect(newcomer?.ticket).toBeGreaterThan(tickets.get('user-7') as number);
    await dispose();
  });

  it('begins one new life, however many notice', async () => {
    await sevenWithTickets();
    const before = await line.ledger.find(queue.queueId);
    const others = await Promise.all([line.elsewhere(), line.elsewhere()]);
    const stores = [line.store, ...others.map(({ store }) => store)];
    for (const store of stores) await store.stats([queue.queueId]);
    await flush();
    const entered = users(60, 100).map((userId, i) => stores[i % 3]?.enter([{ userId, queueId: queue.queueId }]));
    const places = (await Promise.all(entered)).flat();
    expect(new Set(places.map((place) => place?.ticket)).size).toBe(60);
    expect(places.every((place) => place?.status === 'WAITING')).toBe(true);
    expect((await line.ledger.find(queue.queueId))?.epoch).toBe((before?.epoch ?? 0) + 1);
    await Promise.all(others.map(({ dispose }) => dispose()));
  });

  it('is not taken for lost when it is new, however many enter first', async () => {
    const others = await Promise.all([line.elsewhere(), line.elsewhere(), line.elsewhere()]);
    const stores = [line.store, ...others.map(({ store }) => store)];
    const entered = users(40).map((userId, i) => stores[i % 4]?.enter([{ userId, queueId: queue.queueId }]));
    await Promise.all(entered);
    expect(await queue.stats()).toMatchObject({ active: 3, waiting: 37 });
    await Promise.all(others.map(({ dispose }) => dispose()));
  });

  it('is not taken for lost by whoever enters while others only look', async () => {
    const { store, dispose } = await line.elsewhere();
    const request = { userId: 'a', queueId: queue.queueId };
    const looks = range(1, 20).map(() => store.status([request], true));
    const entered = range(1, 5).map(() => store.enter([request]));
    for (const [place] of await Promise.all(entered)) expect(place).toMatchObject({ status: 'ACTIVE', ticket: 1 });
    await Promise.all(looks);
    await dispose();
  });

  it('is taken as it is when the ledger was lost instead', async () => {
    await sevenWithTickets();
    await flush();
    await queue.enter('late');
    const before = await queue.places(...users(3), 'late');
    const forgetful = await openRedisLine(servers.urls.REDIS_URL as string);
    const there = new Actors(forgetful, queue.queueId);
    await there.enter('new');
    expect(await there.places(...users(3), 'late')).toEqual(before);
    expect(await there.where('new')).toEqual([2]);
    await forgetful.dispose();
  });

  describe('in a pre-queue that is drawn', () => {
    const SEED = 'c0ffee'.padEnd(64, '0');

    /** Twenty who entered to be drawn for, noted in the ledger. */
    async function twenty() {
      await queue.configure({ state: 'PRE_QUEUE', cap: 1 }, SEED);
      const places = await queue.enter(...users(20));
      await queue.tick();
      return places;
    }

    it('is drawn as though nothing had been lost', async () => {
      const entered = await twenty();
      await flush();
      await show(...entered.map(({ userId, ticket }): [string, number] => [userId, ticket]));
      expect(await queue.where('user-1', 'user-20')).toEqual([20, 20]);
      await queue.configure({ state: 'OPEN' });
      expect(await queue.where(...inDrawnOrder(SEED, entered))).toEqual(range(1, 20));
      expect((await queue.draws())[0]).toMatchObject({ number: 1, seed: SEED, firstTicket: 1 });
    });

    it('gives places back where the draw put them, and none for a ticket of before it', async () => {
      const entered = await twenty();
      await queue.configure({ state: 'OPEN', cap: 0 });
      const drawn = await queue.places(...users(20));
      await flush();
      expect(await show(...entered.map(({ userId, ticket }): [string, number] => [userId, ticket]))).toEqual(
        drawn.map(() => null),
      );
      const rules = new Queue(line.store);
      for (const [i, { userId, ticket }] of entered.entries()) {
        const place = await rules.status(userId, queue.queueId, ticket);
        expect(place?.ticket).toBe(drawn[i]?.ticket);
      }
      await queue.tick();
      expect(await queue.where(...inDrawnOrder(SEED, entered))).toEqual(range(1, 20));
      const [newcomer] = await queue.enter('newcomer');
      expect(short(newcomer ?? null)).toBe(21);
      expect(newcomer?.ticket).toBeGreaterThan(40);
    });

    it('is finished by whoever is left when the process that drew it dies in the middle', async () => {
      const entered = await queue.configure({ state: 'PRE_QUEUE' }, SEED).then(() => queue.enter(...users(300)));
      // Its last words: the range is closed and revealed, and half of the places have their drawn tickets.
      const { script, run } = scriptsOf(line, queue.queueId);
      await run(script.configure, ['0', 'state', 'OPEN']);
      await line.ledger.noteDraw(queue.queueId, 1, 300);
      const order = inDrawnOrder(SEED, entered);
      const drawn = entered.slice(0, 150).map(({ userId }) => String(301 + order.indexOf(userId)));
      await run(script.draw, ['1', ...drawn]);
      expect(new Set(await queue.where(...users(300)))).toEqual(new Set([300]));
      const { store, dispose } = await line.elsewhere();
      await store.admit([queue.queueId]);
      await store.admit([queue.queueId]);
      expect(await queue.where(...order)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', ...range(1, 297)]);
      await dispose();
    });

    it('is finished before another begins, and what is told late of it does not touch the other', async () => {
      const OTHER_SEED = 'decade'.padEnd(64, '0');
      const entered = await twenty();
      const { script, run } = scriptsOf(line, queue.queueId);
      await run(script.configure, ['0', 'state', 'OPEN']);
      await queue.configure({ state: 'PRE_QUEUE' }, OTHER_SEED);
      expect(await queue.where(...inDrawnOrder(SEED, entered))).toEqual(range(1, 20));
      // A process that was frozen while it finished the first.
      await line.ledger.noteDraw(queue.queueId, 1, 20);
      const [second, first] = await queue.draws();
      expect(first).toMatchObject({ seed: SEED, firstTicket: 1, lastTicket: 20 });
      expect(second).toMatchObject({ seed: OTHER_SEED, firstTicket: 41, lastTicket: null, revealedAt: null });
    });
  });

  describe('in part, as when a replica that lagged is promoted', () => {
    /** The keys of the queue as they are now, to be put back later. */
    async function backup(): Promise<() => Promise<void>> {
      const COPY = `local copy = {} for _, key in ipairs(KEYS) do copy[#copy + 1] = redis.call('COPY', key, 'old:' .. key, 'REPLACE') end`;
      const BACK = `for _, key in ipairs(KEYS) do redis.call('DEL', key) redis.call('COPY', 'old:' .. key, key) end`;
      const keys = keysOf(queue.queueId);
      await line.raw.send('', ['EVAL', COPY, String(keys.length), ...keys]);
      return async () => void (await line.raw.send('', ['EVAL', BACK, String(keys.length), ...keys]));
    }

    it('is noticed by who has seen a later ticket, and made whole', async () => {
      const tickets = await sevenWithTickets();
      const rollBack = await backup();
      await queue.enter('user-8', 'user-9');
      await queue.leave('user-2');
      await rollBack();
      const [late] = await queue.enter('late');
      expect(late?.ticket).toBeGreaterThan(9);
      expect(await show(['user-9', 9], ['user-8', 8])).toEqual([6, 5]);
      // What was noted says so: the slot of who left is still theirs, and nobody has it twice.
      expect(await queue.where('user-1', 'user-2', 'user-3', 'user-4')).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 1]);
      expect(await queue.where('user-7', 'user-8', 'user-9', 'late')).toEqual([4, 5, 6, 7]);
      expect(await queue.stats()).toMatchObject({ active: 3, waiting: 7 });
      expect(tickets.size).toBe(7);
    });

    it('never has more inside than the cap', async () => {
      await sevenWithTickets();
      const rollBack = await backup();
      await queue.leave('user-1', 'user-2');
      expect(await queue.where('user-4', 'user-5')).toEqual(['ACTIVE', 'ACTIVE']);
      await queue.enter('user-8');
      await rollBack();
      await queue.enter('late');
      await queue.leave('user-3');
      await queue.tick();
      const { active, cap } = await queue.stats();
      expect(active).toBeLessThanOrEqual(cap);
    });
  });
});

/** The commands of the line as a process sends them that knows the first life of a queue. */
function scriptsOf(line: RedisLine, queueId: string) {
  const keys = keysOf(queueId);
  const first = [String(keys.length), ...keys, '1', '0', channelOf(queueId)];
  const run = (script: Script, args: string[]) =>
    line.raw.send(keys[0] as string, ['EVAL', script.source, ...first, ...args]);
  return { script: loadScripts(), run };
}
