/** Upper ends of the buckets, in milliseconds; what takes longer falls into one more bucket. */
export const LATENCY_BOUNDS_MILLISECONDS = [
  1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000,
] as const;

/** How many requests fell into each bucket. Seconds, processes and routes add up. */
export type Latencies = number[];

export const noLatencies = (): Latencies => new Array<number>(LATENCY_BOUNDS_MILLISECONDS.length + 1).fill(0);

export function addLatency(latencies: Latencies, milliseconds: number): void {
  let bucket = 0;
  while (bucket < LATENCY_BOUNDS_MILLISECONDS.length && milliseconds > (LATENCY_BOUNDS_MILLISECONDS[bucket] as number))
    bucket++;
  latencies[bucket] = (latencies[bucket] ?? 0) + 1;
}

export function sumLatencies(parts: readonly Latencies[]): Latencies {
  const sum = noLatencies();
  for (const part of parts) for (const [bucket, count] of part.entries()) sum[bucket] = (sum[bucket] ?? 0) + count;
  return sum;
}

/**
 * @param quantile 0 to 1
 * @returns milliseconds, interpolated within its bucket; null without a request. In the last bucket, its lower end.
 */
export function latencyAt(latencies: Latencies, quantile: number): number | null {
  const total = latencies.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = quantile * total;
  for (const [bucket, count] of latencies.entries()) {
    if (count === 0 || left > count) {
      left -= count;
      continue;
    }
    const from = LATENCY_BOUNDS_MILLISECONDS[bucket - 1] ?? 0;
    const to = LATENCY_BOUNDS_MILLISECONDS[bucket] ?? from;
    return from + (to - from) * (left / count);
  }
  return LATENCY_BOUNDS_MILLISECONDS.at(-1) as number;
}
