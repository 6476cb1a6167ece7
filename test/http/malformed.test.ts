// Requests that are wrong in some way: each gets the code of the contract, none a 500, none is left hanging.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATUS_OF } from '../../contract/problem.ts';
import { BODIES } from './malformed/bodies.ts';
import type { Malformed } from './malformed/case.ts';
import { FIELDS } from './malformed/fields.ts';
import { HEADERS } from './malformed/headers.ts';
import { PATHS } from './malformed/paths.ts';
import { WIRE } from './malformed/wire.ts';
import { OPEN } from './support/modes.ts';
import { sendRaw } from './support/raw.ts';
import { OPS, World } from './support/world.ts';

const TABLES = { FIELDS, BODIES, HEADERS, PATHS, WIRE };

let world: World;
beforeAll(async () => {
  world = await World.start(OPEN, { LOG_LEVEL: 'debug' });
});
afterAll(() => world.service.stop());

async function expectRefused({ bytes, answer, thenEnd }: Malformed): Promise<void> {
  const got = await sendRaw(world.service.url, bytes, { thenEnd: thenEnd ?? false });
  const [status, code] = answer;
  expect(got.status, got.text).toBe(status);
  if (code === undefined) return;
  expect(STATUS_OF[code as keyof typeof STATUS_OF]).toBe(status);
  expect(got.headers['content-type']).toBe('application/problem+json');
  // The answer to HEAD has no body to look at.
  if (got.text === '') return;
  const problem = JSON.parse(got.text);
  expect(problem).toMatchObject({ status, code, requestId: expect.stringMatching(/^\S+$/) });
  expect(got.text).not.toMatch(/node_modules|at .+\.ts|SELECT|pglite|postgres|fastify/i);
  if (status === 405) expect(got.headers.allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
}

describe.each(Object.entries(TABLES))('%s', (_name, table) => {
  it.each(table.map((one) => [one.name, one] as const))('%s', (_case, one) => expectRefused(one));
});

it('are more than 300, all different', () => {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const { bytes, name } of Object.values(TABLES).flat()) {
    if (seen.size === seen.add(Buffer.from(bytes).toString('latin1')).size) twice.push(name);
  }
  expect(twice).toEqual([]);
  expect(seen.size).toBeGreaterThan(300);
});

describe('afterwards', () => {
  it('the service is as healthy as before', async () => {
    expect((await world.ask('GET', '/readyz')).status).toBe(200);
    const { token } = await world.enter(await world.user());
    expect(token).not.toBe('');
    const metrics = await world.ask('GET', '/metrics', undefined, OPS);
    expect(metrics.text).not.toMatch(/jari_http_request_duration_seconds_count\{[^}]*status="5/);
  });

  it('names that look like trouble are names', async () => {
    for (const id of [
      '__proto__',
      'constructor',
      'toString',
      'null',
      'undefined',
      'NaN',
      '-',
      '.',
      '..',
      '0',
      '@',
      ':',
    ]) {
      const user = await world.user(id);
      expect(await world.enter(user, id)).toMatchObject({ userId: id, queueId: id, status: 'ACTIVE' });
      const wallet = await sendRaw(world.service.url, `GET /api/v1/wallet/${id} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(JSON.parse(wallet.text)).toMatchObject({ userId: id });
    }
  });

  it('nothing was logged as a defect, and no input stands in the log', () => {
    const log = world.service.output();
    expect(log).not.toContain('a defect');
    for (const canary of ['user-malformed', 'alert(1)', 'DROP TABLE', 'jndi']) expect(log).not.toContain(canary);
  });

  it('everything is sound', () => world.expectAuditOk());
});
