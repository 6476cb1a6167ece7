// Two clients that know nothing but the contract page: neither finds the service to be otherwise.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { IDENTITY_SECRET, type Mode, OPEN, TOKEN } from '../http/support/modes.ts';
import { POSTGRES } from '../support/databases.ts';
import { sharedServer } from '../support/servers.ts';
import { type Service, startService } from '../support/service.ts';
import { StrictClient } from './typescript.ts';

/** So that what runs out does so while a client watches. */
const SHORT = { HOLD_SECONDS: '1', SEATS_PER_USER: '3', OPENING_BALANCE: '200000' };
/** What can be met by who only asks, in either mode. */
const CODES = [
  'BODY_TOO_LARGE',
  'CONCERT_NOT_FOUND',
  'HOLD_EXPIRED',
  'IDEMPOTENCY_KEY_REUSED',
  'MALFORMED_JSON',
  'METHOD_NOT_ALLOWED',
  'NOT_ADMITTED',
  'NOT_FOUND',
  'NOT_IN_QUEUE',
  'RESERVATION_CLOSED',
  'RESERVATION_NOT_FOUND',
  'SCHEDULE_NOT_FOUND',
  'SEAT_NOT_FOUND',
  'SEAT_TAKEN',
  'UNAUTHENTICATED',
  'UNSUPPORTED_MEDIA_TYPE',
  'VALIDATION_FAILED',
];
const ALONE = ['INSUFFICIENT_BALANCE', 'SEAT_LIMIT_REACHED'];
const python = spawnSync('python3', ['-I', '-c', 'pass']).status === 0;
if (!python) console.warn('\n!! SKIPPED: the client in Python, since there is no python3 on this machine\n');

const redis = await sharedServer('redis');
const kafka = await sharedServer('kafka');
const missing = POSTGRES.missing ?? redis.missing ?? kafka.missing;

/** Walks the whole page, as the settings say who is asking. */
async function walked({ url, opsToken }: Service, { name }: Mode): Promise<void> {
  const client = new StrictClient({ url, opsToken, ...secretOf(name) });
  await client.walk();
  expect(client.deviations).toEqual([]);
  expect([...client.codes].sort()).toEqual([...codesOf(name), ...ALONE].sort());
}

const secretOf = (name: Mode['name']) => (name === 'token' ? { identitySecret: IDENTITY_SECRET } : {});
const codesOf = (name: Mode['name']) => (name === 'token' ? [...CODES, 'FORBIDDEN'] : CODES);

describe.each([OPEN, TOKEN])('AUTH=$name', (mode) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ ...mode.env, ...SHORT });
  });
  afterAll(() => service?.stop());

  it('is as the page says to a client in TypeScript', () => walked(service, mode));

  it.skipIf(!python)('is as the page says to a client in Python', () => {
    const script = join(import.meta.dirname, 'strict.py');
    const args = ['-I', script, service.url, service.opsToken, ...Object.values(secretOf(mode.name))];
    const { stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8', timeout: 50_000 });
    const found = JSON.parse(stdout || JSON.stringify({ deviations: [stderr] }));
    expect(found.deviations).toEqual([]);
    expect(found.codes).toEqual([...codesOf(mode.name)].sort());
  });
});

// In one mode: what the stores do differently does not depend on who asks.
describe.skipIf(missing)('full size', () => {
  let service: Service;
  let url: string;
  beforeAll(async () => {
    url = await createDatabase(process.env.JARI_TEST_DATABASE_URL as string);
    const events = { KAFKA_BROKERS: kafka.url, KAFKA_PREFIX: `clients-${process.pid}-` };
    service = await startService({ ...TOKEN.env, ...SHORT, ...events, DATABASE_URL: url, REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await service?.stop();
    if (url) await dropDatabase(url);
  });

  it('is as the page says to a client in TypeScript', () => walked(service, TOKEN));
});
