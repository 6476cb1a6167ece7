// Marked values in every field of every route, while stores are there and while they are gone: none is in the log.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { bearer, hs256, inAnHour } from '../http/support/modes.ts';
import { OpenApi } from '../http/support/openapi.ts';
import { POSTGRES } from '../support/databases.ts';
import { ownServers } from '../support/servers.ts';
import { call, type Service, startService } from '../support/service.ts';

const MARK = 'canary-4711';
const ADDRESS = '203.0.113.77';
const SECRETS = {
  OPS_TOKEN: `${MARK}-ops-token`,
  TOKEN_SECRET: `${MARK}-token-secret,${MARK}-older-token-secret`,
  IDENTITY_SECRET: `${MARK}-identity-secret`,
};
const SEAT = { concertId: 123, concertScheduleId: 456, seatId: 1 };

describe.skipIf(POSTGRES.missing)('every route', () => {
  let database: string;
  let redis: Awaited<ReturnType<typeof ownServers>>;
  let service: Service;
  let routes: [method: string, path: string][];
  let bearers: string[];

  beforeAll(async () => {
    [database, redis] = await Promise.all([
      createDatabase(process.env.JARI_TEST_DATABASE_URL as string),
      ownServers(['redis']),
    ]);
    service = await startService({
      ...SECRETS,
      AUTH: 'token',
      LOG_LEVEL: 'trace',
      TRUSTED_HOPS: '1',
      DATABASE_URL: database,
      REDIS_URL: redis.urls.REDIS_URL as string,
      USER_LIMIT_PER_SECOND: '2',
    });
    const { paths } = (await OpenApi.of(service.url)).document;
    routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path.replace(/\{\w+\}/g, MARK)]),
    );
    const login = await hs256({ sub: MARK, exp: inAnHour() }, SECRETS.IDENTITY_SECRET);
    const place = await call(service.url, 'POST', '/api/v1/token/create', { userId: MARK }, bearer(login));
    bearers = [login, place.body.token as string, SECRETS.OPS_TOKEN, `${MARK}-forged`];
    expect(bearers[1]).toMatch(/^ey/);
  });
  afterAll(async () => {
    await service?.stop();
    await redis?.stop();
    await dropDatabase(database);
  });

  const BODIES = [{ userId: MARK, ...SEAT }, { userId: MARK, amount: 1 }, { userId: MARK }, { [MARK]: MARK }];

  async function askEverything(): Promise<number[]> {
    const statuses = await Promise.all(
      routes.flatMap(([method, path]) =>
        bearers.flatMap((token) =>
          (method === 'POST' || method === 'PATCH' ? BODIES : [undefined]).map(async (body) => {
            const headers = {
              ...bearer(token),
              'x-forwarded-for': ADDRESS,
              'user-agent': MARK,
              'idempotency-key': MARK,
            };
            const url = `${path}?userId=${MARK}&cursor=${MARK}`;
            // A stream of events that is let in would not end by itself.
            if (path.endsWith('/events')) return 0;
            return (await call(service.url, method, url, body, headers)).status;
          }),
        ),
      ),
    );
    return [...new Set(statuses)].sort((a, b) => a - b);
  }

  function expectSilence(): void {
    const output = service.output();
    for (const canary of [MARK, ADDRESS, ...bearers])
      expect(output.includes(canary), `"${canary}" in the log`).toBe(false);
    expect(output).not.toContain('a defect');
  }

  it('names nobody while all goes well', async () => {
    expect(routes.length).toBeGreaterThan(20);
    expect(await askEverything()).toEqual(expect.arrayContaining([200, 400, 401, 429]));
    expectSilence();
  });

  it('names nobody while Redis is gone, and then the database as well', async () => {
    await redis.kill('redis');
    expect(await askEverything()).toContain(503);
    await dropDatabase(database);
    expect(await askEverything()).toContain(503);
    expectSilence();
    // It does say what is wrong.
    expect(service.output()).toMatch(/"level":[45]0/);
  });
});
