import { sumLatencies } from '../../monitor/latency.ts';
import type { Api, ApiFigures, Sample } from '../../monitor/sample.ts';

/** One step of the charts: what all processes saw in it, together. */
export interface Step {
  /** Milliseconds since 1970, at its beginning. */
  at: number;
  seconds: number;
  http: Partial<Record<Api, ApiFigures>>;
  /** Of all processes together. */
  cpu: number;
  /** Of the process that was worst off. */
  eventLoopLagMilliseconds: number;
  poolWaiting: number;
  blockedByLocks: number;
  database: Sample['database'];
  redis: Sample['redis'];
  events: Sample['events'];
  line: Sample['line'];
}

/** A chart with more points than this shows no more, and is slow to draw. */
const MOST_STEPS = 400;

export interface TakenSample {
  process: string;
  sample: Sample;
}

/** Joins the samples of all processes, second by second, or over a few seconds where there are many. */
export function stepsOf(samples: readonly TakenSample[]): Step[] {
  const times = samples.map(({ sample }) => sample.at);
  if (times.length === 0) return [];
  const from = Math.min(...times);
  const stepSeconds = Math.max(1, Math.ceil((Math.max(...times) - from) / 1_000 / MOST_STEPS));
  const groups = Map.groupBy(samples, ({ sample }) => Math.floor((sample.at - from) / (stepSeconds * 1_000)));
  return [...groups].sort(([a], [b]) => a - b).map(([index, group]) => join(from + index * stepSeconds * 1_000, group));
}

function join(at: number, group: readonly TakenSample[]): Step {
  const samples = group.map(({ sample }) => sample);
  const processes = Map.groupBy(group, ({ process }) => process);
  // The stores are the same for all: whoever could ask one tells.
  const last = <K extends 'database' | 'redis' | 'events' | 'line'>(name: K): Sample[K] =>
    samples.findLast((sample) => sample[name])?.[name] ?? samples.at(-1)?.[name] ?? null;
  const most = (of: (sample: Sample) => number) => Math.max(...samples.map(of));
  const meanOfEach = (of: (sample: Sample) => number) =>
    [...processes.values()].reduce(
      (sum, own) => sum + own.reduce((all, one) => all + of(one.sample), 0) / own.length,
      0,
    );
  return {
    at,
    seconds: Math.max(...[...processes.values()].map((own) => own.reduce((sum, one) => sum + one.sample.seconds, 0))),
    http: joinHttp(samples),
    cpu: meanOfEach(({ process }) => process.cpu),
    eventLoopLagMilliseconds: most(({ process }) => process.eventLoopLagMilliseconds),
    poolWaiting: most(({ pool }) => pool?.waiting ?? 0),
    blockedByLocks: samples.reduce((sum, { blockedByLocks }) => sum + blockedByLocks, 0),
    database: last('database'),
    redis: last('redis'),
    events: last('events'),
    line: last('line'),
  };
}

function joinHttp(samples: readonly Sample[]): Step['http'] {
  const joined: Step['http'] = {};
  for (const { http } of samples) {
    for (const [api, figures] of Object.entries(http) as [Api, ApiFigures][]) {
      const sum = joined[api];
      joined[api] = sum ? add(sum, figures) : figures;
    }
  }
  return joined;
}

function add(a: ApiFigures, b: ApiFigures): ApiFigures {
  const statuses = { ...a.statuses };
  for (const [status, count] of Object.entries(b.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
  return {
    all: a.all + b.all,
    statuses,
    failed: a.failed + b.failed,
    shed: a.shed + b.shed,
    latencies: sumLatencies([a.latencies, b.latencies]),
  };
}
