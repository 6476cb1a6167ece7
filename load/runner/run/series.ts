// What the run's own requests did in each second, for whoever draws it on a time axis. Every duration is kept until the
// end, so that percentiles are exact, also over the seconds of several processes put together.

/** Milliseconds; all 0 in a second without requests. */
export interface Latency {
  readonly avg: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface RouteSecond {
  /** The tag `name`: the URL, unless the script gives the request a name. Beyond the first 200: `(others)`. */
  readonly name: string;
  readonly method: string;
  readonly requests: number;
  /** Those that k6 counts in `http_req_failed`. */
  readonly failed: number;
  /** Requests by status; '0' had no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: Latency;
}

/** One second of the run. A request belongs to the second in which it ended. */
export interface ClientSecond {
  /** 0 is the first. */
  readonly second: number;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  readonly requests: number;
  readonly failed: number;
  readonly latency: Latency;
  readonly routes: readonly RouteSecond[];
  readonly activeVus: number;
  readonly iterations: number;
  readonly droppedIterations: number;
  /** The tag `step` of its requests, as load/stress.js sets it: the last one seen. */
  readonly step: string | undefined;
  /** Processor time of the runner's processes; 100 is one core. */
  readonly runnerCpuPercent: number;
}

/** One request that has ended. */
export interface RequestSample {
  readonly name: string;
  readonly method: string;
  readonly status: number;
  readonly failed: boolean;
  readonly durationMs: number;
  readonly step: string | undefined;
}

/** What a process adds to a second besides its requests. */
export interface SecondTotals {
  readonly activeVus: number;
  readonly iterations: number;
  readonly droppedIterations: number;
  readonly cpuMs: number;
}

/** As it travels from one process to another. */
export interface RawSecond {
  readonly routes: Map<string, RawRoute>;
  totals: SecondTotals;
  step: string | undefined;
}
export interface RawRoute {
  readonly name: string;
  readonly method: string;
  failed: number;
  readonly statuses: Map<number, number>;
  readonly durations: number[];
}

const MOST_ROUTES = 200;
const OTHERS = '(others)';
const noTotals: SecondTotals = { activeVus: 0, iterations: 0, droppedIterations: 0, cpuMs: 0 };

export class ClientSeries {
  /** Milliseconds since 1970, the same in every process of a run. */
  readonly startedAt: number;
  readonly #seconds: RawSecond[] = [];
  readonly #names = new Set<string>();

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  add({ name, method, status, failed, durationMs, step }: RequestSample): void {
    const second = this.#now();
    const route = routeOf(second, this.#known(name), method);
    route.durations.push(durationMs);
    route.statuses.set(status, (route.statuses.get(status) ?? 0) + 1);
    if (failed) route.failed++;
    if (step !== undefined) second.step = step;
  }

  /** The second that is ending now. */
  addTotals(totals: SecondTotals): void {
    const second = this.#now(-500);
    second.totals = sum(second.totals, totals);
  }

  /** Every second so far, to be merged into another series of the same run. */
  get raw(): readonly RawSecond[] {
    return this.#seconds;
  }

  merge(seconds: readonly RawSecond[]): void {
    seconds.forEach((from, index) => {
      const into = this.#second(index);
      into.totals = sum(into.totals, from.totals);
      into.step = from.step ?? into.step;
      for (const { name, method, failed, statuses, durations } of from.routes.values()) {
        const route = routeOf(into, this.#known(name), method);
        route.failed += failed;
        for (const [status, count] of statuses) route.statuses.set(status, (route.statuses.get(status) ?? 0) + count);
        for (const duration of durations) route.durations.push(duration);
      }
    });
  }

  seconds(): ClientSecond[] {
    return this.#seconds.map((raw, second) => secondOf(raw, second, this.startedAt));
  }

  #now(offsetMs = 0): RawSecond {
    const elapsedMs = performance.timeOrigin + performance.now() + offsetMs - this.startedAt;
    return this.#second(Math.max(0, Math.floor(elapsedMs / 1000)));
  }
  #second(index: number): RawSecond {
    while (this.#seconds.length <= index) this.#seconds.push({ routes: new Map(), totals: noTotals, step: undefined });
    return this.#seconds[index] as RawSecond;
  }
  /** A script that names no requests may make a new URL each time. */
  #known(name: string): string {
    if (this.#names.has(name)) return name;
    if (this.#names.size >= MOST_ROUTES) return OTHERS;
    this.#names.add(name);
    return name;
  }
}

function routeOf(second: RawSecond, name: string, method: string): RawRoute {
  const key = `${method} ${name}`;
  let route = second.routes.get(key);
  if (!route) {
    route = { name, method, failed: 0, statuses: new Map(), durations: [] };
    second.routes.set(key, route);
  }
  return route;
}

const sum = (a: SecondTotals, b: SecondTotals): SecondTotals => ({
  activeVus: a.activeVus + b.activeVus,
  iterations: a.iterations + b.iterations,
  droppedIterations: a.droppedIterations + b.droppedIterations,
  cpuMs: a.cpuMs + b.cpuMs,
});

function secondOf({ routes, totals, step }: RawSecond, second: number, startedAt: number): ClientSecond {
  const { activeVus, iterations, droppedIterations, cpuMs } = totals;
  const all = [...routes.values()];
  const shown = all.map(({ name, method, failed, statuses, durations }) => ({
    name,
    method,
    requests: durations.length,
    failed,
    statuses: Object.fromEntries(statuses),
    latency: latencyOf(durations),
  }));
  return {
    second,
    at: startedAt + second * 1000,
    requests: shown.reduce((count, route) => count + route.requests, 0),
    failed: shown.reduce((count, route) => count + route.failed, 0),
    latency: latencyOf(all.flatMap(({ durations }) => durations)),
    routes: shown,
    activeVus,
    iterations,
    droppedIterations,
    step,
    runnerCpuPercent: cpuMs / 10,
  };
}

function latencyOf(durations: readonly number[]): Latency {
  const sorted = Float64Array.from(durations).sort();
  const last = sorted.length - 1;
  if (last < 0) return { avg: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 };
  // Between two samples: on the straight line between them, as the summary's percentiles are.
  const at = (fraction: number) => {
    const place = fraction * last;
    const below = sorted[Math.floor(place)] ?? 0;
    return below + ((sorted[Math.ceil(place)] ?? 0) - below) * (place - Math.floor(place));
  };
  const avg = sorted.reduce((total, value) => total + value, 0) / sorted.length;
  return { avg, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: sorted[last] ?? 0 };
}
