// Every metric of the run, k6's own and the script's, by name and by the number a script holds.
import { type BuiltinName, builtinMetrics } from './builtin.ts';
import { type Contains, Metric, type Submetric, type Tags } from './metric.ts';
import type { MetricType, Sink } from './sinks.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** What a metric got, on its way to the registry of another process. */
export interface MetricSamples {
  readonly name: string;
  readonly type: MetricType;
  readonly contains: Contains;
  readonly samples: Float64Array;
  readonly submetrics: readonly { readonly name: string; readonly tags: Tags; readonly samples: Float64Array }[];
}

export class MetricRegistry {
  readonly builtin: Readonly<Record<BuiltinName, Metric>>;
  readonly #metrics: Metric[] = [];
  readonly #ids = new Map<string, number>();

  constructor() {
    const made = builtinMetrics.map(([name, type, contains]) => [name, this.#create(name, type, contains)]);
    this.builtin = Object.fromEntries(made) as Record<BuiltinName, Metric>;
    this.builtin.http_req_duration.submetric('http_req_duration{expected_response:true}', {
      expected_response: 'true',
    });
  }

  get all(): readonly Metric[] {
    return this.#metrics;
  }

  byId(id: number): Metric {
    const metric = this.#metrics[id];
    if (!metric) throw new Error(`no metric has the number ${id}`);
    return metric;
  }

  /** The metric's number. Every virtual user defines the script's metrics anew; the first one creates them. */
  define(name: string, type: MetricType, contains: Contains): number {
    const id = this.#ids.get(name);
    const known = id === undefined ? undefined : this.#metrics[id];
    if (id !== undefined && known) {
      if (known.type !== type || known.contains !== contains) {
        throw new Error(
          `metric '${name}' already exists as a ${known.type} of ${known.contains} values, not a ${type} of ${contains} values`,
        );
      }
      return id;
    }
    if (!NAME.test(name)) {
      throw new Error(
        `Invalid metric name: '${name}'. Use up to 128 letters, digits and underscores, not starting with a digit`,
      );
    }
    this.#create(name, type, contains);
    return this.#metrics.length - 1;
  }

  /** What came since the last time; nothing of it is kept here. */
  take(): MetricSamples[] {
    return this.#metrics
      .filter(({ sink }) => sink.count > 0)
      .map(({ name, type, contains, sink, submetrics }) => {
        const below = submetrics.filter((submetric) => submetric.sink.count > 0);
        return {
          name,
          type,
          contains,
          samples: sink.take(),
          submetrics: below.map((submetric) => ({
            name: submetric.name,
            tags: submetric.tags,
            samples: submetric.sink.take(),
          })),
        };
      });
  }
  merge(taken: readonly MetricSamples[]): void {
    for (const { name, type, contains, samples, submetrics } of taken) {
      const metric = this.byId(this.define(name, type, contains));
      metric.sink.merge(samples);
      for (const submetric of submetrics)
        metric.submetric(submetric.name, submetric.tags).sink.merge(submetric.samples);
    }
  }

  /** The metric a threshold is about, `name` or `name{tag:value,…}`; undefined when the script has no such metric. */
  find(selector: string): { metric: Metric; sink: Sink; submetric?: Submetric } | undefined {
    const [, name, filter] = /^([^{]+)(?:\{(.*)\})?$/.exec(selector) ?? [];
    const metric = this.#metrics[this.#ids.get(name?.trim() ?? '') ?? -1];
    if (!metric) return undefined;
    if (filter === undefined) return { metric, sink: metric.sink };
    const submetric = metric.submetric(selector, parseFilter(filter));
    return { metric, sink: submetric.sink, submetric };
  }

  #create(name: string, type: MetricType, contains: Contains): Metric {
    const metric = new Metric(name, type, contains);
    this.#ids.set(name, this.#metrics.length);
    this.#metrics.push(metric);
    return metric;
  }
}

/** `tag:value,other:"value"`. A value may contain colons, as group paths do. */
function parseFilter(filter: string): Tags {
  const tags: Record<string, string> = {};
  for (const part of filter.split(',')) {
    const colon = part.indexOf(':');
    const name = (colon < 0 ? part : part.slice(0, colon)).trim().replace(/^["']|["']$/g, '');
    if (name === '') continue;
    const value = colon < 0 ? '' : part.slice(colon + 1).trim();
    tags[name] = value.replace(/^["']|["']$/g, '');
  }
  return tags;
}
