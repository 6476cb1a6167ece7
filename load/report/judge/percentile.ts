// A percentile over many seconds, of each of which only a few percentiles are known. Pure.
import type { Latency } from '../../runner/run/series.ts';

export interface Part {
  readonly requests: number;
  readonly latency: Latency;
}

const HALVINGS = 40;

/**
 * The value below which a share of all requests is, taking those between two known percentiles of a second as spread
 * evenly. Null without a request.
 */
export function percentileOver(parts: readonly Part[], share: number): number | null {
  const busy = parts.filter(({ requests }) => requests > 0);
  const all = busy.reduce((sum, { requests }) => sum + requests, 0);
  if (all === 0) return null;
  const below = (value: number) =>
    busy.reduce((sum, { requests, latency }) => sum + requests * shareBelow(latency, value), 0);
  let low = 0;
  let high = Math.max(...busy.map(({ latency }) => latency.max));
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (below(middle) >= share * all) high = middle;
    else low = middle;
  }
  return high;
}

function shareBelow({ p50, p90, p95, p99, max }: Latency, value: number): number {
  const known = [
    [0, 0],
    [p50, 0.5],
    [p90, 0.9],
    [p95, 0.95],
    [p99, 0.99],
    [max, 1],
  ] as const;
  for (const [i, [to, share]] of known.entries()) {
    if (value >= to) continue;
    const [from, before] = known[i - 1] ?? [0, 0];
    return before + ((share - before) * (value - from)) / (to - from);
  }
  return 1;
}
