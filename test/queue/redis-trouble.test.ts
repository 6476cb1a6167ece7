import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../server/db/database.ts';
import { Queue } from '../../server/queue/queue.ts';
import { LINK_DEFAULTS, RedisLink } from '../../server/queue/redis/link.ts';
import { loadScripts } from '../../server/queue/redis/scripts.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { Actors, range, short, users } from './actors.ts';
import { openRedisLine, type RedisLine } from './redis-line.ts';

const { missing } = await sharedServer('redis');
/** Long enough that a busy machine is not taken for a silent server, and much too long to wait for again and again. */
const COMMAND_TIMEOUT_MILLISECONDS = 3_000;
const LATER = { timeout: 45_000, interval: 50 };

// What the line does when its Redis is killed, silent, full or forgetful; and that it goes on by itself afterwards.
describe.skipIf(missing)('a line in Redis, and trouble with it', () => {
  let servers: Awaited<ReturnType<typeof ownServers>>;
  let line: RedisLine;
  let queue: Actors;

  beforeAll(async () => {
    servers = await ownServers(['redis'], { appendfsync: 'always' });
    const options = { ...LINK_DEFAULTS, commandTimeoutMilliseconds: COMMAND_TIMEOUT_MILLISECONDS };
    line = await openRedisLine(servers.urls.REDIS_URL as string, options);
  });
  afterAll(async () => {
    await line?.dispose();
    await servers?.stop();
  });
  beforeEach(() => {
    queue = new Actors(line);
  });
  afterEach(() => expect.poll(() => queue.enter('well-again').then(() => true, String), LATER).toBe(true));

  const refused = (call: Promise<unknown>) => expect(call).rejects.toBeInstanceOf(StoreUnavailable);
  const redis = (...command: string[]) => line.raw.send('', command);

  it('keeps every place that was acknowledged when Redis is killed', async () => {
    const entering = new Map<string, Promise<unknown>>();
    for (const userId of users(400)) {
      entering.set(userId, queue.enter(userId));
      if (entering.size === 200) await Promise.race(entering.values()).then(() => servers.kill('redis'));
    }
    const answered = (await Promise.allSettled(entering.values())).flatMap((call) =>
      call.status === 'fulfilled' ? (call.value as { userId: string; ticket: number }[]) : [],
    );
    expect(answered.length).toBeGreaterThan(0);
    await refused(queue.enter('while-down'));
    await servers.restart('redis');
    await expect.poll(() => queue.stats().catch(String), LATER).toMatchObject({ queueId: queue.queueId });
    const kept = await queue.places(...answered.map(({ userId }) => userId));
    expect(kept.map((place) => place?.ticket)).toEqual(answered.map(({ ticket }) => ticket));
    expect((await queue.stats()).active).toBeLessThanOrEqual(3);
  });

  it('answers at once while Redis is silent, and goes on when it is not', async () => {
    await queue.enter('a', 'b', 'c', 'd');
    await servers.freeze('redis');
    await refused(queue.enter('e'));
    // Waiting for each of these would take an hour.
    for (const _ of range(1, 1_000)) await refused(queue.ask('a'));
    await servers.thaw('redis');
    await expect.poll(() => queue.where('a', 'd').catch(String), LATER).toEqual(['ACTIVE', 1]);
  });

  it('believes a signed pass while Redis can not be asked, until the end that it says', async () => {
    const rules = new Queue(line.store, line.signals);
    const { queueId } = queue;
    const { ticket } = await rules.enter('a', queueId);
    const until = await rules.admittedUntil('a', queueId, ticket);
    await servers.kill('redis');
    expect(await rules.admittedUntil('a', queueId, ticket, until as Date)).toBe(until);
    await refused(rules.admittedUntil('a', queueId, ticket));
    await refused(rules.admittedUntil('a', queueId, ticket, new Date(Date.now() - 1)));
    await servers.restart('redis');
    // A pass is not believed against the line.
    await rules.leave('a', queueId).catch(() => {});
    await expect.poll(() => rules.leave('a', queueId).catch(String), LATER).toBe(false);
    expect(await rules.admittedUntil('a', queueId, ticket, until as Date)).toBeNull();
  });

  it('does not take one slow answer of a busy moment for the end', async () => {
    await queue.enter('a');
    await servers.freeze('redis');
    const asked = queue.ask('a');
    await sleep(COMMAND_TIMEOUT_MILLISECONDS / 10);
    await servers.thaw('redis');
    expect(await asked).toEqual(['ACTIVE']);
  });

  it('survives that Redis forgets the scripts', async () => {
    await queue.enter('a', 'b', 'c', 'd');
    await redis('SCRIPT', 'FLUSH');
    const all = Promise.all([queue.enter('e', 'f'), queue.ask('a'), queue.leave('d'), queue.stats(), queue.tick()]);
    await all;
    expect(await queue.where('a', 'd', 'e', 'f')).toEqual(['ACTIVE', null, 1, 2]);
  });

  it('connects again when its connections are cut', async () => {
    await queue.enter('a');
    await redis('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect.poll(() => queue.where('a').catch(String), LATER).toEqual(['ACTIVE']);
  });

  it('tells listeners again after its connections were cut', async () => {
    const here = new Queue(line.store, line.signals);
    const { queueId } = queue;
    const { ticket } = await here.enter('a', queueId);
    const events: string[] = [];
    const stop = here.watch('a', queueId, ticket, ({ event }) => events.push(event));
    await expect.poll(() => events, LATER).toEqual(['active']);
    await redis('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await redis('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    // Behind the back of this process: only the signal tells.
    await expect.poll(() => line.store.leave([{ userId: 'a', queueId }]).catch(String), LATER).toEqual([true]);
    await expect.poll(() => events, LATER).toEqual(['active', 'expired']);
    stop();
  });

  describe('that an operator has made', () => {
    /** What a link of its own says to an operator. */
    function linkTo(url: string): { link: RedisLink; said: string[] } {
      const said: string[] = [];
      const say = (object: unknown, text?: string) =>
        void said.push(`${text ?? object} ${(object as { err?: Error }).err?.message ?? ''}`);
      return { link: new RedisLink(url, { ...LINK_DEFAULTS, log: { warn: say, info: say } }), said };
    }

    it('is said: a password that is wrong', async () => {
      const url = new URL(servers.urls.REDIS_URL as string);
      url.password = 'wrong';
      const { link, said } = linkTo(url.href);
      await expect.poll(() => said.join('\n'), LATER).toMatch(/no connection to Redis yet.*WRONGPASS/);
      await refused(link.run(loadScripts().stats, queue.queueId, ['1', '0', '']));
      link.close();
    });

    it('is said: a server that may evict the line', async () => {
      await redis('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      const { link, said } = linkTo(servers.urls.REDIS_URL as string);
      await expect.poll(() => said.join('\n'), LATER).toContain('set its maxmemory-policy to noeviction');
      await redis('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      link.close();
    });
  });

  it('tells people where they are while it takes no writes', async () => {
    await queue.enter('a', 'b', 'c', 'd');
    await redis('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await refused(queue.enter('e'));
    await refused(queue.leave('a'));
    expect(await queue.ask('a', 'd', 'e')).toEqual(['ACTIVE', 1, null]);
    expect(await queue.stats()).toMatchObject({ active: 3, waiting: 1 });
    await redis('CONFIG', 'SET', 'min-replicas-to-write', '0');
    expect(await queue.leave('a')).toEqual([true]);
  });

  describe('when its memory is full', () => {
    beforeEach(async () => {
      await queue.enter(...users(6));
      await redis('CONFIG', 'SET', 'maxmemory', '1');
    });
    afterEach(() => redis('CONFIG', 'SET', 'maxmemory', '0'));

    it('refuses to enter before anything is written', async () => {
      await refused(queue.enter('newcomer'));
      await redis('CONFIG', 'SET', 'maxmemory', '0');
      expect(await queue.where('newcomer')).toEqual([null]);
      expect(await queue.stats()).toMatchObject({ active: 3, waiting: 3 });
    });

    it('lets people ask and leave, the line move, and operators act', async () => {
      expect(await queue.ask('user-1', 'user-4')).toEqual(['ACTIVE', 1]);
      expect(await queue.leave('user-1')).toEqual([true]);
      expect(await queue.where('user-4', 'user-5')).toEqual(['ACTIVE', 1]);
      expect(await queue.tick()).toEqual([]);
      await queue.configure({ cap: 4 });
      expect(await queue.stats()).toMatchObject({ active: 4, waiting: 1 });
      // Being refused is no trouble with the server: others are not held back.
      for (const _ of range(1, 5)) await refused(queue.enter('newcomer'));
      expect((await queue.places('user-6')).map(short)).toEqual([1]);
    });
  });
});
