// A trend that single outliers do not bend.

/** One reading: seconds since the run began, and the figure. */
export interface Point {
  at: number;
  value: number;
}

/** The straight line through points that is the median of all lines through two of them (Theil and Sen). */
export interface Line {
  /** Of the figure, a second. */
  slope: number;
  /** Of the figure, at second 0. */
  intercept: number;
}

/** With more, the pairs would be too many: points that lie close together are drawn into one, their median. */
const MOST_POINTS = 400;

/** Zero for fewer than two points. */
export function theilSen(points: readonly Point[]): Line {
  const some = thinned(points);
  const slopes: number[] = [];
  for (const [i, a] of some.entries()) {
    for (const b of some.slice(i + 1)) if (b.at > a.at) slopes.push((b.value - a.value) / (b.at - a.at));
  }
  const slope = median(slopes);
  return { slope, intercept: median(some.map(({ at, value }) => value - slope * at)) };
}

/** 0 of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** What came after a part of the run: by then it is warm. */
export function after(points: readonly Point[], part: number): Point[] {
  const [first, last] = [points.at(0)?.at ?? 0, points.at(-1)?.at ?? 0];
  return points.filter(({ at }) => at >= first + part * (last - first));
}

function thinned(points: readonly Point[]): readonly Point[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, n) => {
    const some = points.slice(n * size, (n + 1) * size);
    return { at: median(some.map(({ at }) => at)), value: median(some.map(({ value }) => value)) };
  });
}
