// Limits of one address and of one user: over several processes, and while what they count by is away.
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { Counts } from '../../server/http/limits/counts.ts';
import { newsOf } from '../../server/http/limits/limits.ts';
import { bearer, hs256, inAnHour, TOKEN } from '../http/support/modes.ts';
import { expectProblem, fresh } from '../http/support/world.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { ownServers } from '../support/servers.ts';
import { type Answer, call, type Service, startService } from '../support/service.ts';

/** Asks neither Redis nor for a user. */
const PATH = '/api/v1/concerts';
const PER_SECOND = 20;
const STORM_MILLISECONDS = 4_000;
/** Enough to ask more often than the limit where each answer takes long, on a busy machine. */
const LANES = 16;

describe('a count', () => {
  let now = 0;
  const count = new Counts(10, () => now);
  const taken = (key: string, requests: number) =>
    Array.from({ length: requests }, () => count.take(key)).filter((wait) => wait === 0).length;

  it('lets a second of requests through at once, and then as many as a second brings', () => {
    expect(taken('a', 30)).toBe(10);
    now += 500;
    expect(taken('a', 30)).toBe(5);
    expect(count.take('a')).toBeCloseTo(100);
    expect(taken('b', 30)).toBe(10);
  });

  it('holds against a key what other processes let through, and tells them once what it has', () => {
    now += 10_000;
    count.news();
    count.add('a', 25);
    expect(taken('a', 30)).toBe(0);
    now += 2_000;
    expect(taken('a', 30)).toBe(5);
    expect(count.news()).toEqual([['a', 5]]);
    expect(count.news()).toEqual([]);
  });

  it('keeps to itself who asks as people do', () => {
    now += 10_000;
    const quiet = new Counts(100, () => now);
    for (let i = 0; i < 1_000; i++) quiet.take(`person ${i}`);
    expect(quiet.news()).toEqual([]);
  });
});

test('what a process tells counts with the others, and what nobody tells like that with none', () => {
  const told = JSON.stringify({ from: 'another', news: [['a', 2]] });
  expect(newsOf(told, 'me')).toEqual([['a', 2]]);
  expect(newsOf(told, 'another')).toEqual([]);
  for (const text of ['no JSON', 'null', '{}', '{"news":[[1,2],["a"],["a","2"],null]}']) {
    expect(newsOf(text, 'me')).toEqual([]);
  }
});

/** Who asks all processes in turn, all the time. Tells how many requests were let through, and a refusal. */
async function storm(services: readonly Service[], headers: Record<string, string>, milliseconds = STORM_MILLISECONDS) {
  let passed = 0;
  let refused: Answer | undefined;
  const end = Date.now() + milliseconds;
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let i = lane; Date.now() < end; i++) {
        const service = services[i % services.length] as Service;
        const answer = await call(service.url, 'GET', PATH, undefined, headers);
        if (answer.status === 200) passed++;
        else refused = answer;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }),
  );
  return { passed, refused };
}

describe.skipIf(POSTGRES.missing)('four processes with Redis between them', () => {
  let home: TestDatabase;
  let redis: Awaited<ReturnType<typeof ownServers>>;
  let services: Service[] = [];
  const from = (address: string) => ({ 'x-forwarded-for': address });

  beforeAll(async () => {
    [home, redis] = await Promise.all([POSTGRES.open(), ownServers(['redis'])]);
    const env = {
      DATABASE_URL: home.url as string,
      REDIS_URL: redis.urls.REDIS_URL as string,
      DEMO_DATA: 'false',
      TRUSTED_HOPS: '1',
      RATE_LIMIT_PER_SECOND: String(PER_SECOND),
    };
    services = await Promise.all([1, 2, 3, 4].map(() => startService({ ...TOKEN.env, ...env })));
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await redis?.stop();
    await home?.dispose();
  });

  it('give one address what it may have, not four times as much', async () => {
    const { passed, refused } = await storm(services, from('192.0.2.1'));
    expectProblem(refused as Answer, 429, 'RATE_LIMITED');
    // At first each knows its own count alone: one burst a process, and from then on the rate of one.
    const most = PER_SECOND * 4 + (PER_SECOND * STORM_MILLISECONDS) / 1_000;
    expect(passed).toBeGreaterThan(PER_SECOND);
    expect(passed).toBeLessThan(most);
    expect((await call(services[0]?.url as string, 'GET', PATH, undefined, from('192.0.2.2'))).status).toBe(200);
  });

  it('go on counting, each for itself, while Redis is away', async () => {
    await redis.kill('redis');
    const { passed, refused } = await storm(services.slice(0, 1), from('192.0.2.3'), 2_000);
    expect(passed).toBeLessThan(PER_SECOND * 4);
    expectProblem(refused as Answer, 429, 'RATE_LIMITED');
  });
});

describe('one process', () => {
  let service: Service;
  beforeAll(async () => {
    const limits = { TRUSTED_HOPS: '1', RATE_LIMIT_PER_SECOND: '5', USER_LIMIT_PER_SECOND: '3' };
    service = await startService({ ...TOKEN.env, ...limits });
  });
  afterAll(() => service.stop());

  let last = 0;
  const anAddress = () => ({ 'x-forwarded-for': `198.51.100.${++last}` });
  const statuses = async (requests: number, ask: (i: number) => Promise<Answer>) =>
    (await Promise.all(Array.from({ length: requests }, (_, i) => ask(i)))).map(({ status }) => status);
  const wallet = (userId: string, token: string) =>
    call(service.url, 'GET', `/api/v1/wallet/${userId}`, undefined, { ...bearer(token), ...anAddress() });
  const login = (userId: string, secret?: string) => hs256({ sub: userId, exp: inAnHour() }, secret);

  it('counts IPv6 by what one customer gets', async () => {
    const ask = (address: string) => call(service.url, 'GET', PATH, undefined, { 'x-forwarded-for': address });
    expect(await statuses(30, (i) => ask(`2001:db8:1:2:${i}::1`))).toContain(429);
    expect(await statuses(30, (i) => ask(`2001:db8:1:${i + 3}::1`))).not.toContain(429);
  });

  it('lets nobody past who names a path that looks like the one for health', async () => {
    const headers = anAddress();
    expect(await statuses(30, (i) => call(service.url, 'GET', `/healthz${i}`, undefined, headers))).toContain(429);
  });

  it('counts a user, whatever addresses they have', async () => {
    const [user, other] = [fresh('user'), fresh('user')];
    const token = await login(user);
    const answers = await Promise.all(Array.from({ length: 30 }, () => wallet(user, token)));
    expectProblem(answers.find(({ status }) => status === 429) as Answer, 429, 'RATE_LIMITED');
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect((await wallet(other, await login(other))).status).toBe(200);
  });

  it('lets nobody use up what is a victim’s', async () => {
    const victim = fresh('user');
    const forged = await login(victim, 'quite-another-secret');
    expect(await statuses(30, () => wallet(victim, forged))).toEqual(Array(30).fill(401));
    expect((await wallet(victim, await login(victim))).status).toBe(200);
  });
});
