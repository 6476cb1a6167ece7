import type { Metric, MetricValue } from 'prom-client';

/** Requests of one route, method and status. */
interface Series {
  labels: { method: string; route: string; status: number };
  /** By bucket; what takes longer than all of them is in the last. */
  counts: number[];
  seconds: number;
}

const NAME = 'jari_http_request_duration_seconds';
const HELP = 'Time from the first byte of a request to the end of its answer';
const BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5];

/**
 * A Prometheus histogram of requests. prom-client's own makes and hashes an object of labels for every observation,
 * which was 2 % of a request; this finds its counters by three look-ups, and leaves the text to prom-client.
 */
export class Durations {
  readonly #series = new Map<string, Map<string, Map<number, Series>>>();

  observe(method: string, route: string, status: number, seconds: number): void {
    const series = this.#series.get(route)?.get(method)?.get(status) ?? this.#add({ method, route, status });
    let bucket = 0;
    while (bucket < BOUNDS_SECONDS.length && seconds > (BOUNDS_SECONDS[bucket] as number)) bucket++;
    series.counts[bucket] = (series.counts[bucket] as number) + 1;
    series.seconds += seconds;
  }

  /** For a registry of prom-client. */
  metric(): Metric {
    const get = async () => ({
      name: NAME,
      help: HELP,
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#series.values()]
        .flatMap((methods) => [...methods.values()].flatMap((statuses) => [...statuses.values()]))
        .flatMap(lines),
    });
    return { name: NAME, get, reset: () => this.#series.clear() } as unknown as Metric;
  }

  #add(labels: Series['labels']): Series {
    const { method, route, status } = labels;
    const methods = this.#series.get(route) ?? new Map<string, Map<number, Series>>();
    const statuses = methods.get(method) ?? new Map<number, Series>();
    const series = { labels, counts: new Array<number>(BOUNDS_SECONDS.length + 1).fill(0), seconds: 0 };
    this.#series.set(route, methods.set(method, statuses.set(status, series)));
    return series;
  }
}

/** Prometheus counts in each bucket what is in the smaller ones, too. */
function lines({ labels, counts, seconds }: Series): (MetricValue<string> & { metricName: string })[] {
  let count = 0;
  const buckets = counts.map((more, i) => {
    count += more;
    return { metricName: `${NAME}_bucket`, labels: { le: BOUNDS_SECONDS[i] ?? '+Inf', ...labels }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels, value: seconds },
    { metricName: `${NAME}_count`, labels, value: count },
  ];
}
