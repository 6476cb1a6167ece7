// Two clients that know nothing but the contract page: neither finds the service to be otherwise.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { IDENTITY_SECRET, OPEN, TOKEN } from '../http/support/modes.ts';
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

describe.each([OPEN, TOKEN])('AUTH=$name', ({ name, env }) => {
  let service: Service;
  const secret = name === 'token' ? { identitySecret: IDENTITY_SECRET } : {};
  const codes = name === 'token' ? [...CODES, 'FORBIDDEN'] : CODES;
  const walked = async () => {
    const client = new StrictClient({ url: service.url, opsToken: service.opsToken, ...secret });
    await client.walk();
    expect(client.deviations).toEqual([]);
    expect([...client.codes].sort()).toEqual([...codes, ...ALONE].sort());
  };

  describe('embedded', () => {
    beforeAll(async () => {
      service = await startService({ ...env, ...SHORT });
    });
    afterAll(() => service?.stop());

    it('is as the page says to a client in TypeScript', walked);

    it.skipIf(!python)('is as the page says to a client in Python', () => {
      const script = join(import.meta.dirname, 'strict.py');
      const args = ['-I', script, service.url, service.opsToken, ...Object.values(secret)];
      const { stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8', timeout: 50_000 });
      const found = JSON.parse(stdout || JSON.stringify({ deviations: [stderr] }));
      expect(found.deviations).toEqual([]);
      expect(found.codes).toEqual([...codes].sort());
    });
  });

  describe.skipIf(missing)('full size', () => {
    let url: string;
    beforeAll(async () => {
      url = await createDatabase(process.env.JARI_TEST_DATABASE_URL as string);
      const events = { KAFKA_BROKERS: kafka.url, KAFKA_PREFIX: `clients-${name}-${process.pid}-` };
      service = await startService({ ...env, ...SHORT, ...events, DATABASE_URL: url, REDIS_URL: redis.url });
    });
    afterAll(async () => {
      await service?.stop();
      if (url) await dropDatabase(url);
    });

    it('is as the page says to a client in TypeScript', walked);
  });
});
