// Aggregates of each metric type. Expected: "Metrics" in k6's documentation; percentiles between two samples lie on the
// straight line between them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSink } from '../../load/runner/metrics/sinks.ts';

const filled = (type: Parameters<typeof createSink>[0], values: number[]) => {
  const sink = createSink(type);
  for (const value of values) sink.add(value);
  return sink;
};

test('a counter adds up and knows its rate per second', () => {
  expect(filled('counter', [1, 2, 3.5]).values(2, [])).toEqual({ count: 6.5, rate: 3.25 });
});
test('a gauge keeps the last, the least and the greatest value', () => {
  expect(filled('gauge', [5, -2, 3]).values(1, [])).toEqual({ value: 3, min: -2, max: 5 });
});
test('a rate counts what is not zero', () => {
  expect(filled('rate', [1, 0, 5, 0]).values(1, [])).toEqual({ rate: 0.5, passes: 2, fails: 2 });
});

describe('a trend', () => {
  test.each([
    [[10], 'p(95)', 10],
    [[1, 2], 'med', 1.5],
    [[4, 1, 3, 2], 'med', 2.5],
    [[1, 2, 3, 4, 5], 'p(90)', 4.6],
    [[1, 2, 3, 4, 5], 'p(0)', 1],
    [[1, 2, 3, 4, 5], 'p(100)', 5],
    [[0, 100], 'p(99.9)', 99.9],
    [[3, 1, 2], 'min', 1],
    [[3, 1, 2], 'max', 3],
    [[3, 1, 2], 'avg', 2],
    [[3, 1, 2], 'count', 3],
    [[], 'p(95)', 0],
  ])('%j: %s is %d', (values, aggregate, expected) => {
    expect(filled('trend', values).aggregate(aggregate, 1)).toBeCloseTo(expected, 9);
  });
  test('goes on taking samples after it has been read', () => {
    const sink = filled('trend', [5, 1]);
    expect(sink.aggregate('max', 1)).toBe(5);
    sink.add(9);
    sink.add(0);
    expect(sink.values(1, ['min', 'max', 'count'])).toEqual({ min: 0, max: 9, count: 4 });
  });
  test('has percentiles that never fall, between the least and the greatest sample', () => {
    const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(samples, (values) => {
        const sink = filled('trend', values);
        const percentiles = [0, 10, 50, 90, 95, 99.9, 100].map((n) => sink.aggregate(`p(${n})`, 1));
        expect(percentiles[0]).toBe(Math.min(...values));
        expect(percentiles.at(-1)).toBe(Math.max(...values));
        for (const [at, value] of percentiles.entries()) expect(value).toBeGreaterThanOrEqual(percentiles[at - 1] ?? 0);
      }),
    );
  });
});
