// A metric and its submetrics: the samples whose tags match.
import { createSink, type MetricType, type Sink } from './sinks.ts';

export type Tags = Readonly<Record<string, string>>;
export type Contains = 'default' | 'time' | 'data';

export interface Submetric {
  /** `http_req_duration{expected_response:true}` */
  readonly name: string;
  readonly tags: Tags;
  readonly sink: Sink;
}

export class Metric {
  readonly name: string;
  readonly type: MetricType;
  readonly contains: Contains;
  readonly sink: Sink;
  readonly submetrics: Submetric[] = [];

  constructor(name: string, type: MetricType, contains: Contains) {
    this.name = name;
    this.type = type;
    this.contains = contains;
    this.sink = createSink(type);
  }

  add(value: number, tags: Tags): void {
    this.sink.add(value);
    for (const submetric of this.submetrics) if (matches(submetric.tags, tags)) submetric.sink.add(value);
  }

  submetric(name: string, tags: Tags): Submetric {
    const known = this.submetrics.find((submetric) => submetric.name === name);
    if (known) return known;
    const made = { name, tags, sink: createSink(this.type) };
    this.submetrics.push(made);
    return made;
  }
}

function matches(wanted: Tags, tags: Tags): boolean {
  for (const name in wanted) if ((tags[name] ?? '') !== wanted[name]) return false;
  return true;
}
