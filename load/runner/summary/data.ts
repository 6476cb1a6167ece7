// What handleSummary() is given: k6's documented object, from which the text and the export are made too.
import type { Group } from '../metrics/groups.ts';
import type { MetricRegistry } from '../metrics/registry.ts';
import type { Aggregates, Sink } from '../metrics/sinks.ts';
import type { RunnerUse } from '../run/runner-use.ts';
import type { Verdict } from '../thresholds/thresholds.ts';

export interface SummaryMetric {
  readonly type: string;
  readonly contains: string;
  readonly values: Aggregates;
  /** `value` is beyond k6's format: what the threshold saw, also of an aggregate that the summary does not show. */
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean; readonly value?: number }>>;
}
export interface SummaryCheck {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly passes: number;
  readonly fails: number;
}
export interface SummaryGroup {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly groups: readonly SummaryGroup[];
  readonly checks: readonly SummaryCheck[];
}
export interface SummaryData {
  readonly root_group: SummaryGroup;
  readonly options: {
    readonly summaryTrendStats: readonly string[];
    readonly summaryTimeUnit: string;
    readonly noColor: boolean;
  };
  readonly state: {
    readonly isStdOutTTY: boolean;
    readonly isStdErrTTY: boolean;
    readonly testRunDurationMs: number;
  };
  readonly metrics: Readonly<Record<string, SummaryMetric>>;
  /** Beyond k6's format. */
  readonly jari: { readonly runner: RunnerUse };
}

export interface SummarySource {
  readonly metrics: MetricRegistry;
  readonly groups: Group;
  readonly verdicts: ReadonlyMap<string, readonly Verdict[]>;
  readonly options: SummaryData['options'];
  readonly state: SummaryData['state'];
  readonly runner: RunnerUse;
}

export function summaryData({ metrics, groups, verdicts, options, state, runner }: SummarySource): SummaryData {
  const seconds = state.testRunDurationMs / 1000;
  const shown: Record<string, SummaryMetric> = {};
  const show = (name: string, type: string, contains: string, sink: Sink) => {
    const judged = verdicts.get(name);
    if (sink.count === 0 && !judged) return;
    const values = sink.values(seconds, options.summaryTrendStats);
    shown[name] = { type, contains, values, ...(judged && { thresholds: thresholdsOf(judged) }) };
  };
  for (const metric of metrics.all) {
    show(metric.name, metric.type, metric.contains, metric.sink);
    for (const submetric of metric.submetrics) show(submetric.name, metric.type, metric.contains, submetric.sink);
  }
  return { root_group: groupData(groups), options, state, metrics: shown, jari: { runner } };
}

const thresholdsOf = (verdicts: readonly Verdict[]) =>
  Object.fromEntries(verdicts.map(({ source, ok, value }) => [source, { ok, ...(value !== undefined && { value }) }]));

function groupData({ name, path, id, groups, checks }: Group): SummaryGroup {
  return { name, path, id, groups: [...groups.values()].map(groupData), checks: [...checks.values()] };
}
