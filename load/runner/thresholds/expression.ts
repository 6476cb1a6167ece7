// One threshold: `p(95)<300`, `rate >= 0.99`. The left side is an aggregation that the metric's type has.
import { invalidConfig } from '../exit-codes.ts';
import type { MetricType } from '../metrics/sinks.ts';

export interface Expression {
  readonly source: string;
  /** `avg`, `count`, `p(95)`: as the metric's sink answers to. */
  readonly aggregation: string;
  holds(value: number): boolean;
}

const FORM = /^\s*(p\(\s*([^)]*?)\s*\)|[a-z]+)\s*(===|==|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d*)?|-?\.\d+)\s*$/;

const operators: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
  '===': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

const aggregations: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['count', 'rate'],
  gauge: ['value'],
  rate: ['rate'],
  trend: ['avg', 'min', 'max', 'med', 'p(N)'],
};

export function parseExpression(source: string, metric: string, type: MetricType): Expression {
  const [, left, percentile, operator, right] = FORM.exec(source) ?? [];
  const compare = operators[operator ?? ''];
  if (left === undefined || compare === undefined) {
    throw invalidConfig(
      `threshold "${source}" of ${metric}: expected AGGREGATION OPERATOR VALUE, such as "p(95)<300" or "rate>0.99"`,
    );
  }
  const aggregation = percentile === undefined ? left : `p(${percentile})`;
  const known = aggregations[type];
  if (!known.includes(percentile === undefined ? left : 'p(N)')) {
    throw invalidConfig(
      `threshold "${source}" of ${metric}: a ${type} metric has ${known.join(', ')}, not ${aggregation}`,
    );
  }
  if (percentile !== undefined && !isPercentile(percentile)) {
    throw invalidConfig(`threshold "${source}" of ${metric}: N of p(N) is a number from 0 to 100`);
  }
  const limit = Number(right);
  return { source, aggregation, holds: (value) => compare(value, limit) };
}

const isPercentile = (text: string) => text !== '' && Number(text) >= 0 && Number(text) <= 100;
