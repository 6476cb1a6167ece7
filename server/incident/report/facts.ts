import { latencyAt, sumLatencies } from '../../monitor/latency.ts';
import type { Api } from '../../monitor/sample.ts';
import type { Blocker } from '../evidence.ts';
import type { Sign } from '../kinds.ts';
import type { StoredEntry } from '../store.ts';
import type { Step } from './series.ts';

/** What the samples and the timeline say, in the few figures that a report and its improvements are made of. */
export interface Facts {
  /** Signs in the order in which they were seen. */
  signs: (Sign & { at: Date })[];
  blockers: Blocker[];
  /** Seconds from the first sample that showed something to the notice, and to the first response. */
  noticedSeconds: number;
  respondedSeconds: number | null;
  worstLatency: Partial<Record<Api, number>>;
  /** Answers a second at the most. */
  mostPerSecond: Partial<Record<Api, number>>;
  shed: number;
  /** The highest cap at which reservations were answered in time while it lasted; null when it never was lowered. */
  capThatHeld: number | null;
  lowestCap: number | null;
  most: {
    processCpu: number;
    eventLoopLagMilliseconds: number;
    poolWaiting: number;
    blockedByLocks: number;
    databaseCpu: number | null;
    databaseConnections: number;
    maxDatabaseConnections: number;
    lockWaiting: number;
    lockWaitMilliseconds: number;
    commitsPerSecond: number;
    redisConnections: number;
    maxRedisConnections: number;
    redisRefused: number;
    redisMilliseconds: number;
    redisMemoryMegabytes: number;
    maxRedisMemoryMegabytes: number;
    outbox: number;
    lag: number;
    deadLetters: number;
  };
  /** Seconds in which a store could not be asked. */
  lostSeconds: { database: number; redis: number; broker: number };
}

const RESPONSE = /^(bypass|shed|cap:.*|batches|consumers|relay|rescue|isolate|breaker|aside)$/;
export const isResponse = ({ subject, code }: Pick<StoredEntry, 'subject' | 'code'>): boolean =>
  RESPONSE.test(subject) && code !== 'FAILED';

export interface FactsOf {
  beganAt: Date;
  openedAt: Date;
  closedAt: Date | null;
  timeline: readonly StoredEntry[];
  steps: readonly Step[];
  reservationMilliseconds: number;
}

export function factsOf({ beganAt, openedAt, closedAt, timeline, steps, reservationMilliseconds }: FactsOf): Facts {
  const until = closedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const during = steps.filter(({ at }) => at >= beganAt.getTime() - 1_000 && at <= until);
  const max = (of: (step: Step) => number | null | undefined) => Math.max(0, ...during.map((step) => of(step) ?? 0));
  const lost = (is: (step: Step) => boolean) => during.reduce((sum, step) => sum + (is(step) ? step.seconds : 0), 0);
  const first = timeline.find((entry) => isResponse(entry));
  const cpus = during.flatMap(({ database }) => (database?.cpu == null ? [] : [database.cpu]));
  return {
    signs: timeline
      .filter(({ subject }) => subject.startsWith('sign:'))
      .map(({ at, facts }) => ({ ...(facts as unknown as Sign), at })),
    blockers: timeline.flatMap(({ subject, facts }) => (subject === 'blockers' ? (facts.blockers as Blocker[]) : [])),
    noticedSeconds: seconds(beganAt, openedAt),
    respondedSeconds: first ? seconds(beganAt, first.at) : null,
    worstLatency: byApi(during, (step, api) => (step.http[api] ? latencyAt(step.http[api].latencies, 0.95) : null)),
    mostPerSecond: byApi(during, (step, api) => (step.http[api] ? step.http[api].all / step.seconds : null)),
    shed: during.reduce((sum, { http }) => sum + Object.values(http).reduce((all, { shed }) => all + shed, 0), 0),
    ...capFacts(during, timeline, reservationMilliseconds),
    most: {
      processCpu: max(({ cpu }) => cpu),
      eventLoopLagMilliseconds: max((step) => step.eventLoopLagMilliseconds),
      poolWaiting: max((step) => step.poolWaiting),
      blockedByLocks: during.reduce((sum, step) => sum + step.blockedByLocks, 0),
      databaseCpu: cpus.length === 0 ? null : Math.max(...cpus),
      databaseConnections: max(({ database }) => database?.connections),
      maxDatabaseConnections: max(({ database }) => database?.maxConnections),
      lockWaiting: max(({ database }) => database?.lockWaiting),
      lockWaitMilliseconds: max(({ database }) => database?.longestLockWaitMilliseconds),
      commitsPerSecond: max(({ database }) => database?.commitsPerSecond),
      ...fullestRedis(during),
      redisRefused: during.reduce((sum, { redis }) => sum + (redis?.refusedConnections ?? 0), 0),
      redisMilliseconds: max(({ redis }) => redis?.answeredMilliseconds),
      redisMemoryMegabytes: max(({ redis }) => redis?.usedMemoryMegabytes),
      maxRedisMemoryMegabytes: max(({ redis }) => redis?.maxMemoryMegabytes),
      outbox: max(({ events }) => events?.outboxUnpublished),
      lag: max(({ events }) => events?.lag?.reduce((sum, one) => sum + one.events, 0)),
      deadLetters: max(({ events }) => events?.deadLetters),
    },
    lostSeconds: {
      database: lost(({ database }) => database === null),
      redis: lost(({ redis }) => redis === null),
      broker: lost(({ events }) => events !== null && events.lag === null),
    },
  };
}

/** When the largest part of its connections was in use, which may have been allowed for that moment only. */
function fullestRedis(steps: readonly Step[]) {
  const share = ({ redis }: Step) => (redis && redis.maxConnections > 0 ? redis.connections / redis.maxConnections : 0);
  const [first, ...rest] = steps;
  const fullest = first && rest.reduce((sofar, step) => (share(step) > share(sofar) ? step : sofar), first);
  return {
    redisConnections: fullest?.redis?.connections ?? 0,
    maxRedisConnections: fullest?.redis?.maxConnections ?? 0,
  };
}

function byApi(steps: readonly Step[], of: (step: Step, api: Api) => number | null): Partial<Record<Api, number>> {
  const worst: Partial<Record<Api, number>> = {};
  for (const step of steps) {
    for (const api of Object.keys(step.http) as Api[]) {
      const value = of(step, api);
      if (value !== null) worst[api] = Math.max(worst[api] ?? 0, value);
    }
  }
  return worst;
}

/** So few failures count as none. */
const FAILED_SHARE = 0.01;

/** Which caps were in force, and whether reservations were answered in time under each. */
function capFacts(steps: readonly Step[], timeline: readonly StoredEntry[], limit: number) {
  const lowered = timeline.filter(({ subject, code }) => subject.startsWith('cap:') && code === 'LOWERED');
  if (lowered.length === 0) return { capThatHeld: null, lowestCap: null };
  const lowestCap = Math.min(...lowered.map(({ facts }) => facts.to as number));
  const byCap = Map.groupBy(
    steps.filter(({ line }) => line !== null),
    ({ line }) => line?.cap as number,
  );
  const held = [...byCap].filter(([, some]) => {
    const figures = some.flatMap(({ http }) => (http.reservation ? [http.reservation] : []));
    const sum = (of: 'all' | 'failed') => figures.reduce((total, one) => total + one[of], 0);
    const latency = latencyAt(sumLatencies(figures.map(({ latencies }) => latencies)), 0.95);
    return latency !== null && latency <= limit && sum('failed') <= sum('all') * FAILED_SHARE;
  });
  return { capThatHeld: held.length === 0 ? null : Math.max(...held.map(([cap]) => cap)), lowestCap };
}

const seconds = (from: Date, to: Date) => Math.max(0, Math.round((to.getTime() - from.getTime()) / 100) / 10);
