import { addLatency, noLatencies } from '../../../server/monitor/latency.ts';
import type {
  Api,
  ApiFigures,
  DatabaseFigures,
  EventFigures,
  JobFigures,
  LineFigures,
  RedisFigures,
  Sample,
} from '../../../server/monitor/sample.ts';

export const DATABASE: DatabaseFigures = {
  answeredMilliseconds: 2,
  cpu: 0.2,
  connections: 14,
  maxConnections: 97,
  working: 2,
  lockWaiting: 0,
  longestLockWaitMilliseconds: 0,
  idleInTransaction: 0,
  longestIdleInTransactionSeconds: 0,
  longestTransactionSeconds: 0,
  commitsPerSecond: 120,
  rollbacksPerSecond: 0,
  deadlocks: 0,
  cacheHitShare: 0.99,
};

export const REDIS: RedisFigures = {
  answeredMilliseconds: 1,
  cpu: 0.1,
  connections: 6,
  maxConnections: 10_000,
  refusedConnections: 0,
  evictedKeys: 0,
  errorReplies: 0,
  commandsPerSecond: 400,
  usedMemoryMegabytes: 3,
  maxMemoryMegabytes: 256,
  blockedClients: 0,
  persistent: true,
  commands: [{ name: 'evalsha', calls: 380 }],
};

export const EVENTS: EventFigures = {
  outboxUnpublished: 0,
  outboxOldestSeconds: 0,
  deliveriesPending: 0,
  deadLetters: 0,
  lag: [],
};

export const JOB: JobFigures = {
  name: 'line',
  everyMilliseconds: 500,
  sinceLastRunMilliseconds: 200,
  lastDurationMilliseconds: 2,
  driftMilliseconds: 1,
  failures: 0,
  lastError: null,
};

export const RELAY: JobFigures = { ...JOB, name: 'relay', everyMilliseconds: 1_000 };

export const LINE: LineFigures = {
  queueId: 'main',
  cap: 50,
  active: 50,
  waiting: 250,
  servingTicket: 50,
  activeSeconds: 300,
  overdueSlots: 0,
};

/** So many answers of one API, all of the same time. */
export function answers(count: number, milliseconds: number, more: Partial<ApiFigures> = {}): ApiFigures {
  const latencies = noLatencies();
  for (let i = 0; i < count; i++) addLatency(latencies, milliseconds);
  return { all: count, statuses: { '2xx': count }, failed: 0, shed: 0, latencies, ...more };
}

/** A second in which all is well: 30 tokens and 30 reservations, fast. */
export const well = (at: number, over: Partial<Sample> = {}): Sample => ({
  at,
  seconds: 1,
  http: { token: answers(30, 8), reservation: answers(30, 12) } satisfies Partial<Record<Api, ApiFigures>>,
  process: { cpu: 0.4, eventLoopLagMilliseconds: 3, memoryMegabytes: 180 },
  database: DATABASE,
  pool: { size: 10, open: 4, idle: 3, waiting: 0 },
  blockedByLocks: 0,
  redis: REDIS,
  events: EVENTS,
  consumers: [{ name: 'sales-ranking', failures: 0, lastError: null }],
  jobs: [JOB, RELAY],
  line: LINE,
  ...over,
});

/** A series, one sample a second, that is well but for what `over` says of a second. */
export const series = (seconds: number, over: (second: number) => Partial<Sample> = () => ({})): Sample[] =>
  Array.from({ length: seconds }, (_, second) => well(1_700_000_000_000 + second * 1_000, over(second)));
