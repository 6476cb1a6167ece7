import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Durations } from './durations.ts';

/** Figures that are read when somebody asks for the metrics. Names are Prometheus', units in the names. */
export interface Reading {
  name: string;
  help: string;
  labels?: Record<string, string>;
  value: number;
}
export type Source = () => Promise<Reading[]>;

/** The process's metrics: every request as it happens, everything else when it is asked for. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Durations();
  readonly #sourceFailures: Counter;
  readonly #gauges = new Map<string, Gauge>();
  readonly #sources: Source[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.registry.registerMetric(this.#requests.metric());
    this.#sourceFailures = new Counter({
      name: 'jari_metrics_source_failures_total',
      help: 'Readings that could not be taken, so that they are missing and not stale',
      registers: [this.registry],
    });
  }

  observe(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe(method, route, status, seconds);
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
