// Which resource ran out first, as far as the samples of the run show. Pure.
import type { ClientSecond } from '../../runner/run/series.ts';
import type { RunRecord } from '../record.ts';
import type { ServerSecond } from '../server/second.ts';

/** In the order in which one is the cause of the next, where several run out at once. */
export const RESOURCES = [
  'RUNNER_CPU',
  'LOCKS',
  'DATABASE_CPU',
  'DATABASE_THREAD',
  'REDIS_CPU',
  'SERVICE_CPU',
  'MACHINE_CPU',
  'REDIS_TIME',
  'POOL',
  'EVENT_LOOP',
  'LAG',
] as const;
export type Resource = (typeof RESOURCES)[number];

/** One resource over the run. */
export interface Use {
  readonly resource: Resource;
  /** From here on it counts as used up: a share of a core, sessions, milliseconds, calls, events. */
  readonly limit: number;
  /** The most that was seen; null when it was not seen at all. */
  readonly most: number | null;
  /** Seconds of the run in which it was used up. */
  readonly seconds: number;
  /** Where it first was for as long as counts; null when it never was. */
  readonly from: number | null;
}

export interface Bottleneck {
  readonly first: Use | null;
  /** Everything that ran out, first things first. */
  readonly saturated: readonly Use[];
  /** Everything that was seen, for who asks how far it is to the limit. */
  readonly uses: readonly Use[];
  /** Answered as expected, a second, and their 95th percentile, from `first.from` on for three seconds. */
  readonly moment: { readonly perSecond: number; readonly p95: number } | null;
  /** Who used the processors of a machine that had none left, in cores; null when it always had some. */
  readonly shares: Shares | null;
}

export interface Shares {
  readonly processors: number;
  readonly service: number;
  readonly database: number;
  readonly redis: number;
  readonly runner: number;
  /** Programs that have nothing to do with the run, and what can't be told apart: a broker, the system. */
  readonly others: number;
}

/** A moment above the limit is not a limit reached. */
const LASTING_SECONDS = 3;
/** What ran out so shortly after another may have been first: samples are a second apart. */
const TOGETHER_SECONDS = 2;
const BUSY_CORE = 0.9;
const BUSY_MACHINE = 0.95;
const LOCK_WAITERS = 2;
const REDIS_MS = 50;
const LOOP_LAG_MS = 100;
const LAG_EVENTS = 1_000;

export function bottleneckOf(run: RunRecord): Bottleneck {
  const uses = RESOURCES.map((resource) => useOf(run, resource));
  const saturated = uses.filter(({ from }) => from !== null).sort(earlier);
  const shares = sharesOf(run);
  // A machine that others kept busy is no limit of the service, unless nothing else was.
  const disturbed = shares !== null && othersPrevail(shares);
  const own = saturated.filter(({ resource }) => !(disturbed && resource === 'MACHINE_CPU'));
  const possible = own.length > 0 ? own : saturated;
  const earliest = Math.min(...possible.map(({ from }) => from ?? 0));
  const candidates = possible.filter(({ from }) => (from ?? 0) <= earliest + TOGETHER_SECONDS);
  const rank = ({ resource }: Use) => RESOURCES.indexOf(resource);
  const first = candidates.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
  return {
    first,
    saturated,
    uses,
    moment: first ? momentOf(run.client, first.from ?? 0) : null,
    shares: sharesOf(run),
  };
}

const earlier = (a: Use, b: Use) => (a.from ?? 0) - (b.from ?? 0);

type Values = readonly { readonly second: number; readonly value: number | null }[];

function useOf(run: RunRecord, resource: Resource): Use {
  const { limit, values } = seriesOf(run, resource);
  const known = values.flatMap(({ value }) => (value === null ? [] : [value]));
  const over = values.filter(({ value }) => value !== null && value >= limit).map(({ second }) => second);
  const most = known.length === 0 ? null : Math.max(...known);
  return { resource, limit, most, seconds: over.length, from: firstLasting(over) };
}

function seriesOf(run: RunRecord, resource: Resource): { limit: number; values: Values } {
  const { client, server, machine, runner } = run;
  // A record of an earlier release may not have it.
  const of = (value: (second: ServerSecond) => number | null | undefined): Values =>
    server.seconds.map((second) => ({ second: second.second, value: value(second) ?? null }));
  switch (resource) {
    case 'RUNNER_CPU':
      return { limit: BUSY_CORE, values: client.map((second) => runnerOf(second, runner.processes)) };
    case 'LOCKS':
      return { limit: LOCK_WAITERS, values: of(({ lockWaiting }) => lockWaiting) };
    case 'DATABASE_CPU':
      // Elsewhere nobody knows how many processors it has.
      return { limit: BUSY_CORE * machine.processors, values: machine.isServices ? of((s) => s.databaseCpu) : [] };
    case 'DATABASE_THREAD':
      return { limit: BUSY_CORE, values: of(({ databaseThread }) => databaseThread) };
    case 'REDIS_CPU':
      return { limit: BUSY_CORE, values: of(({ redisCpu }) => redisCpu) };
    case 'SERVICE_CPU':
      // A thread of the database's own is a resource by itself.
      return {
        limit: BUSY_CORE,
        values: of(({ cpu, databaseThread }) => cpu && Math.max(0, cpu - (databaseThread ?? 0))),
      };
    case 'MACHINE_CPU':
      return {
        limit: BUSY_MACHINE,
        values: machine.busy.map(({ second, share }) => ({ second, value: share })),
      };
    case 'REDIS_TIME':
      return { limit: REDIS_MS, values: of(({ redisAnswerMs }) => redisAnswerMs) };
    case 'POOL':
      return { limit: 1, values: of(({ poolWaiting }) => poolWaiting) };
    case 'EVENT_LOOP':
      return { limit: LOOP_LAG_MS, values: of(({ loopLagMs }) => loopLagMs) };
    case 'LAG':
      return { limit: LAG_EVENTS, values: of(({ lag }) => lag) };
  }
}

const runnerOf = ({ second, runnerCpuPercent }: ClientSecond, processes: number) => ({
  second,
  value: runnerCpuPercent / 100 / Math.max(1, processes),
});

/** Where the first run of seconds that lasts begins; a second that could not be seen does not end it. */
function firstLasting(seconds: readonly number[]): number | null {
  let from: number | null = null;
  let length = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const second of seconds) {
    if (second - last > 2) {
      from = second;
      length = 0;
    }
    length++;
    last = second;
    if (length >= LASTING_SECONDS) return from;
  }
  return null;
}

function momentOf(client: readonly ClientSecond[], from: number) {
  const then = client.filter(({ second }) => second >= from && second < from + LASTING_SECONDS);
  if (then.length === 0) return null;
  return {
    perSecond: then.reduce((sum, { requests, failed }) => sum + requests - failed, 0) / then.length,
    p95: Math.max(...then.map(({ latency }) => latency.p95)),
  };
}

export const othersPrevail = ({ others, processors }: Shares): boolean => others > processors / 2;

function sharesOf({ machine, server, client }: RunRecord): Shares | null {
  const { processors } = machine;
  const full = machine.busy.filter(({ share }) => share >= BUSY_MACHINE);
  if (full.length === 0) return null;
  const seconds = new Set(full.map(({ second }) => second));
  const mean = (values: readonly (number | null)[]) =>
    values.length === 0 ? 0 : values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
  const seen = machine.isServices ? server.seconds.filter(({ second }) => seconds.has(second)) : [];
  const used = {
    service: mean(seen.map(({ cpuOfAll }) => cpuOfAll)),
    database: mean(seen.map(({ databaseCpu }) => databaseCpu)),
    redis: mean(seen.map(({ redisCpu }) => redisCpu)),
    runner: mean(
      client.filter(({ second }) => seconds.has(second)).map(({ runnerCpuPercent }) => runnerCpuPercent / 100),
    ),
  };
  const all = mean(full.map(({ share }) => share * processors));
  const known = used.service + used.database + used.redis + used.runner;
  return { processors, ...used, others: Math.max(0, all - known) };
}

/** The one that came closest to its limit, of those that have one in proportion. */
export const nearestOf = (uses: readonly Use[]): Use | undefined =>
  uses
    .filter(({ most }) => most !== null && most > 0)
    .toSorted((a, b) => (b.most ?? 0) / b.limit - (a.most ?? 0) / a.limit)[0];
