import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignCode } from '../../server/incident/kinds.ts';
import { LIMITS } from '../../server/incident/limits.ts';
import { signsOf } from '../../server/incident/signs.ts';
import type { Sample } from '../../server/monitor/sample.ts';
import { answers, DATABASE, EVENTS, JOB, REDIS, RELAY, series, well } from './support/samples.ts';

const codes = (samples: Sample[]) => signsOf(samples, LIMITS).map(({ code }) => code);
/** A minute that is well but for its last seconds. */
const lately = (over: Partial<Sample>, seconds = 3) => series(60, (second) => (second >= 60 - seconds ? over : {}));

const ONE_EACH: [SignCode, Partial<Sample>][] = [
  ['TOKEN_LATENCY', { http: { token: answers(30, 900) } }],
  ['TOKEN_CLIMB', { http: { token: answers(30, 390) } }],
  ['TOKEN_FAILURES', { http: { token: answers(30, 5, { failed: 3 }) } }],
  ['REDIS_LOST', { redis: null }],
  ['REDIS_SLOW', { redis: { ...REDIS, answeredMilliseconds: 201 } }],
  ['REDIS_CONNECTIONS', { redis: { ...REDIS, connections: 9_001 } }],
  ['REDIS_REFUSED', { redis: { ...REDIS, refusedConnections: 1 } }],
  ['REDIS_MEMORY', { redis: { ...REDIS, usedMemoryMegabytes: 250 } }],
  ['RESERVATION_LATENCY', { http: { reservation: answers(30, 1_400) } }],
  ['RESERVATION_FAILURES', { http: { reservation: answers(30, 5, { failed: 3 }) } }],
  ['LOCK_WAIT', { database: { ...DATABASE, longestLockWaitMilliseconds: 501 } }],
  ['ROWS_LOCKED', { blockedByLocks: 2 }],
  ['POOL_EXHAUSTED', { pool: { size: 10, open: 10, idle: 0, waiting: 51 } }],
  ['DATABASE_LOST', { database: null }],
  ['DATABASE_SLOW', { database: { ...DATABASE, answeredMilliseconds: 601 } }],
  ['DEADLOCKS', { database: { ...DATABASE, deadlocks: 2 } }],
  ['BROKER_LOST', { events: { ...EVENTS, lag: null } }],
  ['RELAY_BACKLOG', { events: { ...EVENTS, outboxOldestSeconds: 9 } }],
  ['CONSUMER_LAG', { events: { ...EVENTS, lag: [{ group: 'webhook', events: 5_001 }] } }],
  ['JOB_LATE', { jobs: [{ ...JOB, sinceLastRunMilliseconds: 4_001 }] }],
  ['ATTEMPTS_FAILING', { consumers: [{ name: 'webhook', failures: 1, lastError: 'no' }] }],
];

describe('signs', () => {
  it('are none while all is well', () => {
    expect(codes(series(300))).toEqual([]);
    expect(signsOf([], LIMITS)).toEqual([]);
  });

  it.each(ONE_EACH)('%s alone is seen for %j', (code, over) => {
    expect(codes(lately(over))).toEqual([code]);
  });

  it('count what fails over time: jobs, the relay, dead letters', () => {
    const failing = (job: typeof JOB) =>
      series(60, (second) => ({ jobs: [{ ...job, failures: Math.max(0, second - 50), lastError: 'boom' }] }));
    expect(codes(failing(JOB))).toEqual(['JOB_FAILING']);
    expect(codes(failing(RELAY))).toEqual(['RELAY_FAILING']);
    // One that failed once, or long ago, is no sign.
    expect(codes(series(60, () => ({ jobs: [{ ...JOB, failures: 7, lastError: 'boom' }] })))).toEqual([]);
    const letters = (second: number) => ({ events: { ...EVENTS, deadLetters: second < 55 ? 4 : 5 } });
    expect(codes(series(60, letters))).toEqual(['DEAD_LETTERS']);
    expect(codes(series(120, letters))).toEqual([]);
  });

  it('say nothing of a few requests, and look back further where few ask', () => {
    expect(codes(lately({ http: { token: answers(3, 4_000), reservation: answers(3, 4_000) } }))).toEqual([]);
    const rare = (failed: number) => ({ http: { reservation: answers(2, 20, { failed }) } });
    expect(codes(series(60, (second) => rare(second >= 50 ? 2 : 0)))).toEqual(['RESERVATION_FAILURES']);
    expect(codes(series(60, (second) => rare(second === 59 ? 1 : 0)))).not.toContain('TOKEN_FAILURES');
  });

  it('do not take what was refused on purpose for failures', () => {
    const shed = answers(100, 8, { all: 1_000, shed: 900, failed: 0, statuses: { '2xx': 100, '503': 900 } });
    expect(codes(lately({ http: { token: shed } }))).toEqual([]);
  });

  it('compare a climb with the minutes before, once there are enough of them', () => {
    const slow = { http: { token: answers(30, 390) } };
    expect(codes(series(300, () => slow))).toEqual([]);
    expect(codes(series(8, (second) => (second > 4 ? slow : {})))).toEqual([]);
  });

  it('name the cause and not what follows from it', () => {
    const failing = { token: answers(30, 5, { failed: 30 }), reservation: answers(30, 5, { failed: 30 }) };
    const jobs = [{ ...JOB, sinceLastRunMilliseconds: 9_000 }];
    // The line in the database: it is the database.
    const embedded = codes(lately({ database: null, redis: undefined, events: null, http: failing, jobs }));
    expect(embedded).toEqual(['RESERVATION_FAILURES', 'DATABASE_LOST']);
    // The line in Redis: it is Redis, and nobody can be asked whether they are inside.
    expect(codes(lately({ redis: null, http: failing, jobs }))).toEqual(['TOKEN_FAILURES', 'REDIS_LOST']);
    // Unless the database has trouble of its own.
    const both = codes(
      lately({ redis: null, http: failing, database: { ...DATABASE, longestLockWaitMilliseconds: 900 } }),
    );
    expect(both).toEqual(['TOKEN_FAILURES', 'REDIS_LOST', 'RESERVATION_FAILURES', 'LOCK_WAIT']);
  });

  it('never come of figures within their limits', () => {
    const within = fc.record({
      http: fc.record({
        token: fc.nat(200).chain((n) => fc.nat(250).map((ms) => answers(n, ms))),
        reservation: fc.nat(200).chain((n) => fc.nat(700).map((ms) => answers(n, ms))),
      }),
      redis: fc
        .record({ answeredMilliseconds: fc.nat(200), connections: fc.nat(9_000) })
        .map((r) => ({ ...REDIS, ...r })),
      database: fc
        .record({
          longestLockWaitMilliseconds: fc.nat(500),
          answeredMilliseconds: fc.nat(600),
          lockWaiting: fc.nat(50),
        })
        .map((d) => ({ ...DATABASE, ...d })),
      events: fc
        .record({ outboxOldestSeconds: fc.nat(8), outboxUnpublished: fc.nat(9_999) })
        .map((e) => ({ ...EVENTS, ...e })),
    });
    fc.assert(
      fc.property(fc.array(within, { minLength: 1, maxLength: 30 }), (seconds) => {
        expect(codes(seconds.map((over, i) => well(i * 1_000, over)))).toEqual([]);
      }),
    );
  });
});
