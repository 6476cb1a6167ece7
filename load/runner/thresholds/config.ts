// The `thresholds` option: `{ metric: ['p(95)<300', { threshold: '…', abortOnFail: true, delayAbortEval: '10s' }] }`.
import { invalidConfig } from '../exit-codes.ts';
import { bool, duration, type Kind, record, text } from '../options/kinds.ts';

export interface ThresholdConfig {
  readonly source: string;
  readonly abortOnFail: boolean;
  readonly delayAbortEvalMs: number;
}

/** By metric name, submetrics as `name{tag:value}`. */
export type ThresholdConfigs = Readonly<Record<string, readonly ThresholdConfig[]>>;

export const thresholds: Kind<ThresholdConfigs> = (value, where) =>
  Object.fromEntries(
    Object.entries(record(value, where)).map(([metric, list]) => {
      if (!Array.isArray(list)) throw invalidConfig(`${where}["${metric}"]: expected a list of thresholds`);
      return [metric, list.map((item) => threshold(item, `${where}["${metric}"]`))];
    }),
  );

function threshold(value: unknown, where: string): ThresholdConfig {
  if (typeof value === 'string') return { source: value, abortOnFail: false, delayAbortEvalMs: 0 };
  const { threshold: source, abortOnFail = false, delayAbortEval = 0 } = record(value, where);
  return {
    source: text(source, `${where}.threshold`),
    abortOnFail: bool(abortOnFail, `${where}.abortOnFail`),
    delayAbortEvalMs: duration(delayAbortEval ?? 0, `${where}.delayAbortEval`),
  };
}
