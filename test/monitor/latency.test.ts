import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLatency,
  LATENCY_BOUNDS_MILLISECONDS,
  latencyAt,
  noLatencies,
  sumLatencies,
} from '../../server/monitor/latency.ts';

const counted = (times: readonly number[]) => {
  const latencies = noLatencies();
  for (const time of times) addLatency(latencies, time);
  return latencies;
};
const times = fc.array(fc.double({ min: 0, max: 9_999, noNaN: true }), { minLength: 1, maxLength: 200 });
const quantile = fc.double({ min: 0.01, max: 1, noNaN: true });

describe('latencies in buckets', () => {
  it('tell a percentile within the bucket of the true one', () => {
    fc.assert(
      fc.property(times, quantile, (all, q) => {
        const sorted = [...all].sort((a, b) => a - b);
        const truth = sorted[Math.max(0, Math.ceil(q * all.length) - 1)] as number;
        const bucket = LATENCY_BOUNDS_MILLISECONDS.findIndex((bound) => truth <= bound);
        const told = latencyAt(counted(all), q) as number;
        expect(told).toBeGreaterThanOrEqual(LATENCY_BOUNDS_MILLISECONDS[bucket - 1] ?? 0);
        expect(told).toBeLessThanOrEqual(LATENCY_BOUNDS_MILLISECONDS[bucket] as number);
      }),
    );
  });

  it('of parts are those of the whole', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        expect(sumLatencies([counted(a), counted(b)])).toEqual(counted([...a, ...b]));
      }),
    );
  });

  it('say nothing without a request, and no more than they know of a very slow one', () => {
    expect(latencyAt(noLatencies(), 0.95)).toBeNull();
    expect(latencyAt(counted([60_000]), 0.95)).toBe(LATENCY_BOUNDS_MILLISECONDS.at(-1));
  });

  it('put what is exactly a bound below it', () => {
    expect(latencyAt(counted([300, 300, 300]), 1)).toBe(300);
  });
});
