// From what /metrics said at two moments to what happened in between. Pure.
import { type RouteTraffic, routesBetween, trafficBetween } from '../../../web/ops/metrics/between.ts';
import type { Figures } from '../../../web/ops/metrics/parse.ts';
import { type RouteCounts, type Sample, sampleOf } from '../../../web/ops/metrics/sample.ts';
import { type ProcessFigures, processFigures, type SharedFigures, sharedFigures } from './figures.ts';

/** What was not looked at for longer than this is a gap, and no straight line. */
const BLIND_MILLISECONDS = 3_500;

/** All processes that were looked at, at one moment. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly processes: readonly ProcessFigures[];
  readonly shared: SharedFigures;
  /** The counters of requests, of all processes together. */
  readonly traffic: Sample;
}

/** What the service did in a second of the run. Null: it does not have it, or it could not be seen. */
export interface ServerSecond extends SharedFigures {
  /** 0 is the first second of the run. */
  readonly second: number;
  /** Answers a second: well, refused (4xx), failed (5xx). */
  readonly ok: number;
  readonly refused: number;
  readonly failed: number;
  /** Milliseconds, from the service's own histogram. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly routes: readonly ServerRoute[];
  /** Of the process that was busiest, 1 being a core, and of all together. */
  readonly cpu: number | null;
  readonly cpuOfAll: number | null;
  /** How much of the time the thread of an embedded database was at work; null where it is another program. */
  readonly databaseThread: number | null;
  /** Of the process that was worst off: how late its timers ran (p99). */
  readonly loopLagMs: number | null;
  readonly memoryMegabytes: number | null;
  /** Of the pool that was fullest. */
  readonly poolSize: number | null;
  readonly poolUsed: number | null;
  readonly poolWaiting: number | null;
  /** Of the scheduler: ticks a second, those that failed, and how late the latest began. */
  readonly ticks: number;
  readonly ticksFailed: number;
  readonly ticksLateMs: number;
}

export interface ServerRoute {
  readonly route: string;
  readonly ok: number;
  readonly refused: number;
  readonly failed: number;
  readonly p95: number | null;
}

export function lookOf(all: readonly Figures[], at: number): Look | null {
  const [first] = all;
  if (!first) return null;
  const samples = all.map((figures) => sampleOf(figures, at, 'main'));
  return {
    at,
    processes: all.map(processFigures),
    shared: sharedFigures(first),
    traffic: { ...(samples[0] as Sample), routes: together(samples) },
  };
}

/** Counters of several processes add up. */
function together(samples: readonly Sample[]): Map<string, RouteCounts> {
  const sum = new Map<string, RouteCounts>();
  for (const [key, counts] of samples.flatMap(({ routes }) => [...routes])) {
    const known = sum.get(key);
    const buckets = counts.buckets.map((count, i) => count + (known?.buckets[i] ?? 0));
    sum.set(key, { ...counts, count: counts.count + (known?.count ?? 0), buckets });
  }
  return sum;
}

/**
 * The seconds whose middle lies between two looks: one, or several when the second look was late. None when the two
 * can't be compared: another process answered the second time.
 * @param startedAt of the run, in milliseconds since 1970
 */
export function secondsBetween(from: Look, to: Look, startedAt: number): ServerSecond[] {
  const figures = between(from, to);
  if (!figures || to.at - from.at > BLIND_MILLISECONDS) return [];
  const middleAfter = (at: number) => Math.ceil((at - startedAt) / 1_000 - 0.5);
  const [first, end] = [middleAfter(from.at), middleAfter(to.at)];
  return Array.from({ length: end - first }, (_, i) => ({ second: first + i, ...figures }));
}

function between(from: Look, to: Look): Omit<ServerSecond, 'second'> | null {
  const names = ({ processes }: Look) => processes.map(({ name }) => name).join();
  if (names(from) !== names(to)) return null;
  const seconds = Math.max(0.001, (to.at - from.at) / 1_000);
  const { p50, p95, p99, ...answers } = trafficBetween(from.traffic, to.traffic);
  const most = (of: (process: ProcessFigures) => number | null) => highest(to.processes.map(of));
  const rates = (of: (process: ProcessFigures) => number | null) =>
    to.processes.map((process, i) => perSecond(from.processes[i] && of(from.processes[i]), of(process), seconds));
  const cpus = rates(({ cpuSeconds }) => cpuSeconds);
  const fullest = to.processes.toSorted((a, b) => (b.poolWaiting ?? 0) - (a.poolWaiting ?? 0))[0];
  return {
    ok: answers.ok / seconds,
    refused: answers.refused / seconds,
    failed: answers.failed / seconds,
    p50: inMilliseconds(p50),
    p95: inMilliseconds(p95),
    p99: inMilliseconds(p99),
    routes: routesBetween(from.traffic, to.traffic).map((route) => routeOf(route, seconds)),
    cpu: highest(cpus),
    cpuOfAll: cpus.every((cpu) => cpu === null) ? null : cpus.reduce<number>((sum, cpu) => sum + (cpu ?? 0), 0),
    databaseThread: highest(rates(({ databaseThreadSeconds }) => databaseThreadSeconds)),
    loopLagMs: most(({ loopLagMs }) => loopLagMs),
    memoryMegabytes: most(({ memoryMegabytes }) => memoryMegabytes),
    poolSize: fullest?.poolSize ?? null,
    poolUsed: fullest?.poolUsed ?? null,
    poolWaiting: fullest?.poolWaiting ?? null,
    ...ticksBetween(from, to, seconds),
    ...to.shared,
  };
}

const routeOf = ({ route, ok, refused, failed, p95 }: RouteTraffic, seconds: number): ServerRoute => ({
  route,
  ok: ok / seconds,
  refused: refused / seconds,
  failed: failed / seconds,
  p95: inMilliseconds(p95),
});

function ticksBetween(from: Look, to: Look, seconds: number) {
  const jobs = ({ processes }: Look) => processes.flatMap((process) => process.jobs);
  const sum = (look: Look, of: 'runs' | 'failures') => jobs(look).reduce((total, job) => total + job[of], 0);
  return {
    ticks: Math.max(0, sum(to, 'runs') - sum(from, 'runs')) / seconds,
    ticksFailed: Math.max(0, sum(to, 'failures') - sum(from, 'failures')) / seconds,
    ticksLateMs: highest(jobs(to).map(({ lateMs }) => lateMs)) ?? 0,
  };
}

const perSecond = (before: number | null | undefined, now: number | null, seconds: number) =>
  before === null || before === undefined || now === null ? null : Math.max(0, now - before) / seconds;

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

const inMilliseconds = (seconds: number | null) => (seconds === null ? null : seconds * 1_000);
