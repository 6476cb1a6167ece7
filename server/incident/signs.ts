import { lateAfterMilliseconds } from '../monitor/areas/scheduler.ts';
import { latencyAt, sumLatencies } from '../monitor/latency.ts';
import type { Api, Sample } from '../monitor/sample.ts';
import type { Sign } from './kinds.ts';
import type { Limits } from './limits.ts';

/** Figures of the last seconds together, so that one slow second is no sign. */
const WINDOW_SAMPLES = 3;
/** Where few ask, it takes longer to say anything: up to this. */
const LONGEST_WINDOW_SAMPLES = 10;
const LEAST_ANSWERS = 10;
const LEAST_LATENCIES = 20;
/** Retries are seconds apart. */
const RETRY_WINDOW_SAMPLES = 15;
const JOB_WINDOW_SAMPLES = 30;
/** What a latency is compared with: the minutes before, without the last seconds. */
const BASELINE_SAMPLES = 300;
const LEAST_BASELINE_ANSWERS = 100;

/**
 * The signs that the newest samples show. Pure.
 * @param samples one a second, oldest first, ending now; up to BASELINE_SAMPLES of them are used
 */
export function signsOf(samples: readonly Sample[], limits: Limits): Sign[] {
  const now = samples.at(-1);
  if (!now) return [];
  const databaseLost = now.database === null;
  // Where the line lives in the database, a lost database is what there is to say, and failed tokens follow from it.
  const followsFromDatabase = databaseLost && now.redis === undefined;
  const line = [...(followsFromDatabase ? [] : tokenSigns(samples, limits)), ...redisSigns(samples, now, limits)];
  const database = databaseSigns(samples, now, limits);
  // Where it lives in Redis, nobody can be asked whether they are inside while that is in trouble: so reservations fail.
  const followsFromLine = now.redis !== undefined && line.length > 0 && database.length === 0;
  return [
    ...line,
    ...(followsFromLine ? [] : reservationSigns(samples, limits)),
    ...database,
    // What the events, the scheduler and the consumers suffer from a lost store follows from it too.
    ...(databaseLost ? [] : eventSigns(samples, now, limits)),
    ...(databaseLost || now.redis === null ? [] : jobSigns(samples, now, limits)),
  ];
}

function tokenSigns(samples: readonly Sample[], limits: Limits): Sign[] {
  const kind = 'TOKEN_STORM';
  const signs: Sign[] = [];
  const latency = latencyOf(samples, 'token');
  if (latency !== null && latency > limits.tokenMilliseconds) {
    signs.push({ kind, code: 'TOKEN_LATENCY', value: latency, limit: limits.tokenMilliseconds });
  } else if (latency !== null && latency > limits.climbMilliseconds) {
    const before = latencyBefore(samples, 'token');
    const limit = before === null ? Number.POSITIVE_INFINITY : before * limits.climbTimes;
    if (latency > limit) signs.push({ kind, code: 'TOKEN_CLIMB', value: latency, limit });
  }
  const failures = failureShare(samples, 'token');
  if (failures > limits.failureShare) {
    signs.push({ kind, code: 'TOKEN_FAILURES', value: failures, limit: limits.failureShare });
  }
  return signs;
}

function redisSigns(samples: readonly Sample[], { redis }: Sample, limits: Limits): Sign[] {
  const kind = 'TOKEN_STORM';
  if (redis === undefined) return [];
  if (redis === null) return [{ kind, code: 'REDIS_LOST', value: 1, limit: 0 }];
  const refused = sum(samples.slice(-WINDOW_SAMPLES), (s) => s.redis?.refusedConnections ?? 0);
  const connections = redis.maxConnections === 0 ? 0 : redis.connections / redis.maxConnections;
  const memory = redis.maxMemoryMegabytes === 0 ? 0 : redis.usedMemoryMegabytes / redis.maxMemoryMegabytes;
  return beyond(kind, [
    ['REDIS_SLOW', redis.answeredMilliseconds, limits.redisMilliseconds],
    ['REDIS_CONNECTIONS', connections, limits.redisConnectionShare],
    ['REDIS_REFUSED', refused, 0],
    ['REDIS_MEMORY', memory, limits.redisMemoryShare],
  ]);
}

function reservationSigns(samples: readonly Sample[], limits: Limits): Sign[] {
  const latency = latencyOf(samples, 'reservation');
  return beyond('RESERVATION_BOTTLENECK', [
    ['RESERVATION_LATENCY', latency ?? 0, limits.reservationMilliseconds],
    ['RESERVATION_FAILURES', failureShare(samples, 'reservation'), limits.failureShare],
  ]);
}

function databaseSigns(samples: readonly Sample[], now: Sample, limits: Limits): Sign[] {
  const kind = 'RESERVATION_BOTTLENECK';
  const { database, pool } = now;
  if (database === null) return [{ kind, code: 'DATABASE_LOST', value: 1, limit: 0 }];
  const window = samples.slice(-WINDOW_SAMPLES);
  return beyond(kind, [
    ['LOCK_WAIT', database.longestLockWaitMilliseconds, limits.lockWaitMilliseconds],
    ['ROWS_LOCKED', sum(window, (s) => s.blockedByLocks), limits.blockedRequests],
    ['POOL_EXHAUSTED', pool?.waiting ?? 0, (pool?.size ?? 0) * limits.poolWaitingTimes],
    ['DATABASE_SLOW', database.answeredMilliseconds, limits.databaseMilliseconds],
    ['DEADLOCKS', sum(window, (s) => s.database?.deadlocks ?? 0), limits.deadlocks],
  ]);
}

function eventSigns(samples: readonly Sample[], now: Sample, limits: Limits): Sign[] {
  const kind = 'EVENTS_STALLED';
  const failing = now.jobs.find(({ name }) => name === 'relay')?.lastError ?? null;
  const relay = failing === null ? 0 : failuresOf(samples.slice(-LONGEST_WINDOW_SAMPLES), 'relay');
  const { outboxOldestSeconds = 0, lag = [] } = now.events ?? {};
  return [
    ...beyond(kind, [
      ['BROKER_LOST', lag === null ? 1 : 0, 0],
      ['RELAY_FAILING', relay, limits.relayFailures],
      ['RELAY_BACKLOG', outboxOldestSeconds, limits.relaySeconds],
    ]),
    ...(lag ?? [])
      .filter(({ events }) => events > limits.lagEvents)
      .map(
        ({ group, events }): Sign => ({
          kind,
          code: 'CONSUMER_LAG',
          value: events,
          limit: limits.lagEvents,
          of: group,
        }),
      ),
    ...consumerSigns(samples, limits),
  ];
}

/** Retries come ever less often: a consumer that failed several times fails until it has not for a while. */
function consumerSigns(samples: readonly Sample[], limits: Limits): Sign[] {
  const kind = 'CONSUMER_FAILING';
  const window = samples.slice(-JOB_WINDOW_SAMPLES);
  const names = new Set(window.flatMap(({ consumers }) => consumers.map(({ name }) => name)));
  const failures = (some: readonly Sample[], name: string) =>
    sum(some, (s) => s.consumers.find((c) => c.name === name)?.failures ?? 0);
  const signs = [...names].flatMap((of): Sign[] => {
    const value = failures(window, of);
    const lately = failures(window.slice(-RETRY_WINDOW_SAMPLES), of) > 0;
    return value >= limits.attempts && lately
      ? [{ kind, code: 'ATTEMPTS_FAILING', value, limit: limits.attempts, of }]
      : [];
  });
  const letters = window.slice(-RETRY_WINDOW_SAMPLES).flatMap(({ events }) => (events ? [events.deadLetters] : []));
  const added = letters.length > 1 ? (letters.at(-1) as number) - Math.min(...letters) : 0;
  if (added > 0) signs.push({ kind, code: 'DEAD_LETTERS', value: added, limit: 0 });
  return signs;
}

function jobSigns(samples: readonly Sample[], now: Sample, limits: Limits): Sign[] {
  const kind = 'SCHEDULER_STALLED';
  const window = samples.slice(-JOB_WINDOW_SAMPLES);
  return now.jobs.flatMap((job): Sign[] => {
    const limit = lateAfterMilliseconds(job);
    const of = job.name;
    if (job.sinceLastRunMilliseconds > limit)
      return [{ kind, code: 'JOB_LATE', value: job.sinceLastRunMilliseconds, limit, of }];
    // A relay that fails is about the events, and said there; what failed while a store was lost follows from that.
    if (
      of === 'relay' ||
      job.lastError === null ||
      window.some(({ database, redis }) => database === null || redis === null)
    )
      return [];
    const failures = failuresOf(window, of);
    return failures >= limits.jobFailures
      ? [{ kind, code: 'JOB_FAILING', value: failures, limit: limits.jobFailures, of }]
      : [];
  });
}

const beyond = (kind: Sign['kind'], figures: [Sign['code'], number, number][]): Sign[] =>
  figures.filter(([, value, limit]) => value > limit).map(([code, value, limit]) => ({ kind, code, value, limit }));

/** The 95th percentile of the last seconds; null when too few asked to say. */
function latencyOf(samples: readonly Sample[], api: Api): number | null {
  const latencies = latenciesOf(samples.slice(-WINDOW_SAMPLES), api);
  return count(latencies) < LEAST_LATENCIES ? null : latencyAt(latencies, 0.95);
}

function latencyBefore(samples: readonly Sample[], api: Api): number | null {
  const latencies = latenciesOf(samples.slice(-BASELINE_SAMPLES, -LONGEST_WINDOW_SAMPLES), api);
  return count(latencies) < LEAST_BASELINE_ANSWERS ? null : latencyAt(latencies, 0.95);
}

const latenciesOf = (samples: readonly Sample[], api: Api) =>
  sumLatencies(samples.flatMap(({ http }) => (http[api] ? [http[api].latencies] : [])));

const count = (counts: readonly number[]) => counts.reduce((total, one) => total + one, 0);

/** Of the answers of the last seconds; of as many more as it takes until there are enough of them. 0 when there aren't. */
function failureShare(samples: readonly Sample[], api: Api): number {
  for (let size = WINDOW_SAMPLES; size <= LONGEST_WINDOW_SAMPLES; size++) {
    const window = samples.slice(-size);
    const all = sum(window, ({ http }) => (http[api]?.all ?? 0) - (http[api]?.shed ?? 0));
    if (all >= LEAST_ANSWERS) return sum(window, ({ http }) => http[api]?.failed ?? 0) / all;
  }
  return 0;
}

/** How many runs of a job failed between the first and the last of these samples. */
function failuresOf(window: readonly Sample[], job: string): number {
  const totals = window.flatMap(({ jobs }) => jobs.filter(({ name }) => name === job).map(({ failures }) => failures));
  return totals.length < 2 ? 0 : Math.max(0, (totals.at(-1) as number) - (totals[0] as number));
}

const sum = (samples: readonly Sample[], of: (sample: Sample) => number): number =>
  samples.reduce((total, sample) => total + of(sample), 0);
