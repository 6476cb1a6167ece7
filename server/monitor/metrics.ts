import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Figures that are read when somebody asks for the metrics. Names are Prometheus', units in the names. */
export interface Reading {
  name: string;
  help: string;
  labels?: Record<string, string>;
  value: number;
}
export type Source = () => Promise<Reading[]>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5];

/** The process's metrics: every request as it happens, everything else when it is asked for. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #sourceFailures: Counter;
  readonly #gauges = new Map<string, Gauge>();
  readonly #sources: Source[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'jari_http_request_duration_seconds',
      help: 'Time from the first byte of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers: [this.registry],
    });
    this.#sourceFailures = new Counter({
      name: 'jari_metrics_source_failures_total',
      help: 'Readings that could not be taken, so that they are missing and not stale',
      registers: [this.registry],
    });
  }

  observe(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }

  add(source: Source): void {
    this.#sources.push(source);
  }

  /** Prometheus' text format. A source that fails leaves its figures out. */
  async text(): Promise<string> {
    for (const gauge of this.#gauges.values()) gauge.reset();
    for (const outcome of await Promise.allSettled(this.#sources.map((source) => source()))) {
      if (outcome.status === 'fulfilled') for (const reading of outcome.value) this.#set(reading);
      else this.#sourceFailures.inc();
    }
    return this.registry.metrics();
  }

  #set({ name, help, labels = {}, value }: Reading): void {
    let gauge = this.#gauges.get(name);
    if (!gauge) {
      gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
      this.#gauges.set(name, gauge);
    }
    gauge.set(labels, value);
  }
}
