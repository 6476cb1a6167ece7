// The run's thresholds: judged at the end, and while it runs for those that may abort it.
import { exitCode, invalidConfig, RunFailure } from '../exit-codes.ts';
import type { MetricRegistry } from '../metrics/registry.ts';
import type { Sink } from '../metrics/sinks.ts';
import type { RunState } from '../run/state.ts';
import type { ThresholdConfig, ThresholdConfigs } from './config.ts';
import { type Expression, parseExpression } from './expression.ts';

export interface Verdict {
  readonly source: string;
  readonly aggregation: string;
  readonly ok: boolean;
  /** What the metric had; undefined when it had no samples, which crosses nothing. */
  readonly value: number | undefined;
}

interface Threshold {
  readonly metric: string;
  readonly sink: Sink;
  readonly isCounter: boolean;
  readonly config: ThresholdConfig;
  readonly expression: Expression;
}

const EVALUATE_EVERY_MS = 1000;

export class Thresholds {
  readonly #all: readonly Threshold[];

  constructor(configs: ThresholdConfigs, metrics: MetricRegistry) {
    this.#all = Object.entries(configs).flatMap(([metric, list]) => {
      const found = metrics.find(metric);
      if (!found) throw invalidConfig(`threshold of "${metric}": the script has no metric of that name`);
      return list.map((config) => {
        const expression = parseExpression(config.source, metric, found.metric.type);
        return { metric, sink: found.sink, isCounter: found.metric.type === 'counter', config, expression };
      });
    });
  }

  /** By metric name, in the order of the option. */
  verdicts(seconds: number): Map<string, Verdict[]> {
    const verdicts = new Map<string, Verdict[]>();
    for (const threshold of this.#all) {
      const list = verdicts.get(threshold.metric) ?? [];
      list.push(judge(threshold, seconds));
      verdicts.set(threshold.metric, list);
    }
    return verdicts;
  }

  /** Stops the run as soon as a threshold with `abortOnFail` does not hold. Gives the way to end the watch. */
  watch(run: RunState): () => void {
    const aborting = this.#all.filter(({ config }) => config.abortOnFail);
    if (aborting.length === 0) return () => undefined;
    const timer = setInterval(() => {
      const due = aborting.filter(({ config }) => run.elapsedMs >= config.delayAbortEvalMs);
      const crossed = due.filter((threshold) => !judge(threshold, run.elapsedMs / 1000).ok);
      if (crossed.length === 0) return;
      const names = [...new Set(crossed.map(({ metric }) => metric))].join(', ');
      const message = `thresholds on metrics '${names}' were crossed; at least one has abortOnFail enabled, stopping test prematurely`;
      run.stop(new RunFailure(exitCode.thresholdsFailed, message));
    }, EVALUATE_EVERY_MS);
    return () => clearInterval(timer);
  }
}

function judge({ sink, expression, isCounter }: Threshold, seconds: number): Verdict {
  const { source, aggregation } = expression;
  // A counter that nobody added to stands at 0; the other types have no value before their first sample.
  if (sink.count === 0 && !isCounter) return { source, aggregation, ok: true, value: undefined };
  const value = sink.aggregate(aggregation, seconds);
  return { source, aggregation, ok: expression.holds(value), value };
}
