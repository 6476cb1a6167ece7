import type { Sample } from './sample.ts';

/** What happened between two samples. */
export interface Traffic {
  seconds: number;
  ok: number;
  refused: number;
  failed: number;
  /** Of those who failed: refused as too many. */
  tooMany: number;
  /** In seconds; null when there was nothing to measure. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface RouteTraffic extends Omit<Traffic, 'tooMany'> {
  route: string;
}

interface Counted {
  ok: number;
  refused: number;
  failed: number;
  /** Answers in each bucket, not cumulative. */
  buckets: number[];
}

export function trafficBetween(from: Sample, to: Sample): Traffic {
  const all = empty(to.bounds.length);
  for (const counted of perRoute(from, to).values()) add(all, counted);
  // A process that began anew counts from 0.
  const tooMany = to.tooMany < from.tooMany ? to.tooMany : to.tooMany - from.tooMany;
  return { ...summed(all, from, to), tooMany };
}

/** Route by route, the busiest first. */
export function routesBetween(from: Sample, to: Sample): RouteTraffic[] {
  return [...perRoute(from, to).entries()]
    .map(([route, counted]) => ({ route, ...summed(counted, from, to) }))
    .filter(({ ok, refused, failed }) => ok + refused + failed > 0)
    .sort((a, b) => b.ok + b.refused + b.failed - (a.ok + a.refused + a.failed));
}

function perRoute(from: Sample, to: Sample): Map<string, Counted> {
  const routes = new Map<string, Counted>();
  for (const [key, now] of to.routes) {
    const before = from.routes.get(key);
    // A process that began anew counts from 0: what it has counted since is all there is.
    const restarted = before !== undefined && now.count < before.count;
    const since = (value: number, old: number | undefined) => value - (restarted ? 0 : (old ?? 0));
    const answered = since(now.count, before?.count);
    if (answered <= 0) continue;
    const counted = routes.get(now.route) ?? empty(to.bounds.length);
    if (now.status >= 500) counted.failed += answered;
    else if (now.status >= 400) counted.refused += answered;
    else counted.ok += answered;
    let below = 0;
    for (const [i, cumulative] of now.buckets.entries()) {
      const upTo = since(cumulative, before?.buckets[i]);
      counted.buckets[i] = (counted.buckets[i] ?? 0) + upTo - below;
      below = upTo;
    }
    routes.set(now.route, counted);
  }
  return routes;
}

const empty = (buckets: number): Counted => ({ ok: 0, refused: 0, failed: 0, buckets: Array(buckets).fill(0) });

function add(all: Counted, { ok, refused, failed, buckets }: Counted): void {
  all.ok += ok;
  all.refused += refused;
  all.failed += failed;
  for (const [i, count] of buckets.entries()) all.buckets[i] = (all.buckets[i] ?? 0) + count;
}

function summed({ ok, refused, failed, buckets }: Counted, from: Sample, to: Sample): Omit<Traffic, 'tooMany'> {
  const at = (share: number) => percentile(to.bounds, buckets, share);
  const seconds = Math.max(0.001, (to.at - from.at) / 1_000);
  return { seconds, ok, refused, failed, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/**
 * The value below which a share of the answers is, read from a histogram: the bucket it falls into, and within that as if
 * its answers were spread evenly. Of the last, open bucket all that is known is its lower bound.
 */
export function percentile(bounds: readonly number[], buckets: readonly number[], share: number): number | null {
  const all = buckets.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let below = 0;
  for (const [i, count] of buckets.entries()) {
    const [low, high] = [bounds[i - 1] ?? 0, bounds[i] ?? Infinity];
    if (below + count >= all * share && count > 0) {
      return high === Infinity ? low : low + ((high - low) * (all * share - below)) / count;
    }
    below += count;
  }
  return bounds.at(-2) ?? null;
}
