// What may grow and what may not. Pure.
import { after, type Point, theilSen } from './trend.ts';

/**
 * How a figure must behave.
 * - FLAT: it may not grow by more than `percent` of itself, or `floor`, over what is judged.
 * - PER_WORK: it grows because people did something, and that many of it for each thing they did: not more and more.
 * - KEPT: the same, and what is older than `seconds` is removed: once the run has been longer than that, it is FLAT.
 */
export type Rule = { floor: number } & (
  | { kind: 'FLAT'; percent: number }
  | { kind: 'PER_WORK' }
  | { kind: 'KEPT'; seconds: number }
);

/** A figure over the run. */
export interface Series {
  name: string;
  unit: string;
  rule: Rule;
  points: Point[];
}

export interface Judged {
  series: Series;
  verdict: 'FLAT' | 'AS_MUCH_AS_WORK' | 'KEPT' | 'GROWS' | 'NOTHING_SEEN';
  /** By the trend, when it was warm and at the end. */
  from: number;
  to: number;
  /** What was found, in words. */
  detail: string;
}

/** A cold service fills its caches and pools. */
const WARM_UP_PART = 0.25;
/** A trend through fewer points says nothing. */
const LEAST_POINTS = 4;
/** More of it for each piece of work in the second half than in the first: so many times is still the same. */
const MOST_TIMES = 1.25;
const PERCENT_OF_KEPT = 10;
/** Sweeping is seen when there is so much of the run left after the first things became old enough. */
const LEAST_SECONDS_OF_SWEEPING = 300;

/** @param work what people had done by then: purchases, since the beginning of the run */
export function judge(series: Series, work: readonly Point[]): Judged {
  const points = after(series.points, WARM_UP_PART);
  if (points.length < LEAST_POINTS)
    return { series, verdict: 'NOTHING_SEEN', from: 0, to: 0, detail: `${points.length} readings` };
  const { rule } = series;
  if (rule.kind === 'FLAT') return flat(series, points, rule.percent);
  const last = points.at(-1)?.at ?? 0;
  if (rule.kind === 'KEPT' && last > rule.seconds + LEAST_SECONDS_OF_SWEEPING)
    return flat(series, after(series.points, rule.seconds / last), PERCENT_OF_KEPT);
  return perWork(series, points, work);
}

/** Figures that go up and down are judged by their trend; what only ever goes up has one, too. */
function flat(series: Series, points: readonly Point[], percent: number): Judged {
  const { from, to } = ends(points);
  const allowed = Math.max(series.rule.floor, (Math.abs(from) * percent) / 100);
  const grown = to - from;
  const share = from > 0 ? ` (${signed((100 * grown) / from)} %)` : '';
  return {
    series,
    verdict: grown > allowed ? 'GROWS' : 'FLAT',
    from,
    to,
    detail: `${signed(grown)}${share} in ${minutes(points)} min, allowed +${round(allowed)}`,
  };
}

function perWork(series: Series, points: readonly Point[], work: readonly Point[]): Judged {
  const half = Math.ceil(points.length / 2);
  const [early, late] = [points.slice(0, half), points.slice(half - 1)].map((some) => ({
    grown: gain(some),
    each: gain(some) / Math.max(1, gain(within(work, some))),
  })) as [Growth, Growth];
  const more = late.each > MOST_TIMES * early.each && late.grown - early.grown > series.rule.floor;
  const { rule } = series;
  const kept = rule.kind === 'KEPT' ? ` for ${duration(rule.seconds)}, then removed` : '';
  return {
    series,
    verdict: more ? 'GROWS' : rule.kind === 'KEPT' ? 'KEPT' : 'AS_MUCH_AS_WORK',
    ...ends(points),
    detail: `${round(early.each)} a purchase, later ${round(late.each)}${kept}`,
  };
}

interface Growth {
  grown: number;
  each: number;
}

const gain = (points: readonly Point[]): number => (points.at(-1)?.value ?? 0) - (points.at(0)?.value ?? 0);

function within(work: readonly Point[], points: readonly Point[]): Point[] {
  const [first, last] = [points.at(0)?.at ?? 0, points.at(-1)?.at ?? 0];
  return work.filter(({ at }) => at >= first && at <= last);
}

function ends(points: readonly Point[]): { from: number; to: number } {
  const { slope, intercept } = theilSen(points);
  return { from: intercept + slope * (points.at(0)?.at ?? 0), to: intercept + slope * (points.at(-1)?.at ?? 0) };
}

const minutes = (points: readonly Point[]) => round(((points.at(-1)?.at ?? 0) - (points.at(0)?.at ?? 0)) / 60);
const duration = (seconds: number) =>
  seconds < 3_600 ? `${seconds / 60} min` : seconds < 86_400 ? `${seconds / 3_600} h` : `${seconds / 86_400} days`;
/** Nothing to tell: too little of it, all the time, to matter. */
export const isSmall = ({ series, verdict, from, to }: Judged): boolean =>
  verdict === 'FLAT' && Math.max(Math.abs(from), Math.abs(to)) < series.rule.floor;

const signed = (value: number) => `${value < 0 ? '' : '+'}${round(value)}`;
/** Three digits tell. */
export const round = (value: number): number => (value === 0 ? 0 : Number(value.toPrecision(3)));
