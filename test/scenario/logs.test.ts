// What is logged: enough to find a fault by, and nothing that names a person or lets somebody in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { bearer, hs256, inAnHour } from '../http/support/modes.ts';
import { expectProblem } from '../http/support/world.ts';
import { POSTGRES } from '../support/databases.ts';
import { call, type Service, startService } from '../support/service.ts';

const USER = 'canary-user-4711';
const SECRETS = {
  OPS_TOKEN: 'canary-ops-token-4711',
  TOKEN_SECRET: 'canary-token-secret-4711',
  IDENTITY_SECRET: 'canary-identity-secret-4711',
  WEBHOOK_SECRET: 'canary-webhook-secret-4711',
};
const SEAT = { concertId: 123, concertScheduleId: 456, seatId: 1001 };

describe.skipIf(POSTGRES.missing)('the log', () => {
  let service: Service;
  let database: string;
  const canaries: string[] = [USER, ...Object.values(SECRETS), 'canary'];

  beforeAll(async () => {
    database = await createDatabase(process.env.JARI_TEST_DATABASE_URL as string);
    service = await startService({
      ...SECRETS,
      AUTH: 'token',
      LOG_LEVEL: 'trace',
      DATABASE_URL: database,
      WEBHOOK_URL: 'http://127.0.0.1:1/hook',
    });
    const { password } = new URL(database);
    if (password) canaries.push(password);
  });
  afterAll(async () => {
    await service.stop();
    await dropDatabase(database);
  });

  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(service.url, method, path, body, {
      'user-agent': 'canary-agent',
      'x-forwarded-for': '203.0.113.77',
      ...headers,
    });

  it('says nothing of people while all goes well, and while all goes wrong', async () => {
    const login = await hs256({ sub: USER, exp: inAnHour() }, SECRETS.IDENTITY_SECRET);
    const mine = bearer(login);
    const { body: place } = await ask('POST', '/api/v1/token/create', { userId: USER }, mine);
    canaries.push(login, place.token as string);
    const reserve = (body: object) => ask('POST', '/api/v1/reservation', { userId: USER, ...SEAT, ...body }, mine);
    const { body: reservation } = await reserve({});
    expect(reservation.status).toBe('CONFIRMED');
    await ask('POST', `/api/v1/wallet/${USER}/charge`, { amount: 1 }, { ...mine, 'idempotency-key': 'canary-key' });
    await ask('DELETE', `/api/v1/reservation/${reservation.reservationId}`, undefined, mine);
    // Refused in every way there is.
    await reserve({ seatId: 'canary' });
    await reserve({ canary: 1 });
    await ask('GET', `/api/v1/wallet/${USER}`);
    await ask('GET', '/api/v1/wallet/canary-somebody', undefined, mine);
    await ask('GET', `/canary?canary=${USER}`, undefined, bearer('canary-token'));
    await ask('GET', '/ops/api/audit', undefined, bearer('canary-not-the-ops-token'));
    await ask('GET', '/ops/api/checklist', undefined, bearer(SECRETS.OPS_TOKEN));
    await ask('PUT', '/api/v1/token/create', `canary ${USER}`, { 'content-type': 'text/plain' });
    await ask('POST', '/api/v1/token/create', { userId: '\u0000canary' }, mine);

    // The store is gone under everything that runs.
    await dropDatabase(database);
    expectProblem(await ask('GET', `/api/v1/wallet/${USER}`, undefined, mine), 503, 'STORE_UNAVAILABLE');
    expectProblem(await reserve({ seatId: 1002 }), 503, 'STORE_UNAVAILABLE');
    expectProblem(await ask('POST', '/api/v1/token/create', { userId: USER }, mine), 503, 'STORE_UNAVAILABLE');
    expectProblem(await ask('GET', '/readyz'), 503, 'STORE_UNAVAILABLE');
    expect((await ask('GET', '/healthz')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_500));

    const output = service.output();
    for (const canary of canaries) expect(output.includes(canary), `"${canary}" in the log`).toBe(false);
    expect(output).not.toContain('203.0.113.77');
    // It does say what is wrong, in lines that a machine can read.
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const levels = lines.map((line) => JSON.parse(line).level as number);
    expect(levels.some((level) => level >= 40)).toBe(true);
    expect(lines.some((line) => /"reqId":"\S+"/.test(line))).toBe(true);
  });

  it('is written to the end: stopping works without the store', async () => {
    expect(await service.end('SIGTERM')).toBe(0);
    expect(service.output()).not.toContain('a defect');
  });
});
