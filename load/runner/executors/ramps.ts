// When things happen on a slope: virtual users that start and stop, iterations that arrive. Pure.
import type { Stage } from '../options/kinds.ts';

export interface VuStep {
  readonly atMs: number;
  readonly target: number;
}

/** Every change of the number of virtual users, spread evenly over its stage; the target is reached at its end. */
export function* vuSteps(startVus: number, stages: readonly Stage[]): Generator<VuStep> {
  yield { atMs: 0, target: startVus };
  let from = startVus;
  let beganMs = 0;
  for (const { durationMs, target } of stages) {
    const changes = Math.abs(target - from);
    const direction = Math.sign(target - from);
    if (durationMs === 0 && changes > 0) yield { atMs: beganMs, target };
    else
      for (let change = 1; change <= changes; change++)
        yield { atMs: beganMs + (durationMs * change) / changes, target: from + direction * change };
    from = target;
    beganMs += durationMs;
  }
}

/** Arrivals closer to the end of a stage than this belong to the next one: rounding must not add an iteration. */
const EDGE_MS = 1e-6;

/**
 * The start of each iteration in milliseconds: number k comes when the area under the rate reaches k. Rates are
 * iterations a second and change linearly within a stage.
 */
export function* arrivals(startRate: number, stages: readonly Stage[]): Generator<number> {
  let rate = startRate / 1000;
  let beganMs = 0;
  let area = 0;
  let started = 0;
  for (const stage of stages) {
    const { durationMs } = stage;
    const endRate = stage.target / 1000;
    for (;;) {
      const afterMs = timeOfArea(started - area, rate, endRate, durationMs);
      if (!(afterMs < durationMs - EDGE_MS)) break;
      yield beganMs + afterMs;
      started++;
    }
    area += ((rate + endRate) / 2) * durationMs;
    rate = endRate;
    beganMs += durationMs;
  }
}

/** When a rate that goes from `rate` to `endRate` in `durationMs` has covered `wanted`; NaN or beyond when it does not. */
function timeOfArea(wanted: number, rate: number, endRate: number, durationMs: number): number {
  const slope = (endRate - rate) / durationMs;
  if (rate === 0 && !(slope > 0)) return Number.NaN;
  if (wanted <= 0) return 0;
  // slope/2·t² + rate·t = wanted, in the form that stays exact for a slope near 0.
  return (2 * wanted) / (rate + Math.sqrt(rate * rate + 2 * slope * wanted));
}
