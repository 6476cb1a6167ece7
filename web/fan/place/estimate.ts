/** A wait as people can bear it: a range, wide enough to be true. */
export type Wait =
  | { kind: 'soon' }
  | { kind: 'minutes'; low: number; high: number }
  | { kind: 'hours'; low: number; high: number }
  | { kind: 'unknown' };

/** Positions seen, for the fan's own pace. */
export interface Sighting {
  at: number;
  position: number;
}

const PACE_WINDOW_MILLISECONDS = 120_000;
/** Less than this tells nothing about a pace. */
const PACE_LEAST_MILLISECONDS = 15_000;
/** How much faster and slower than expected a line usually turns out to be. */
const FASTER = 0.75;
const SLOWER = 1.35;
/**
 * The same while nothing has been seen of the pace yet: right after a sale opens the service expects that everyone stays
 * inside to the end, and most don't.
 */
const FASTER_UNSEEN = 0.35;

/**
 * The range between what the service expects and what this fan has seen of the line's pace, widened by what usually goes
 * otherwise, and rounded outwards to whole minutes, from two hours on to half hours.
 */
export function waitRange(etaSeconds: number, seen: readonly Sighting[], now: number): Wait {
  const own = ownSeconds(seen, now);
  const low = own === null ? etaSeconds * FASTER_UNSEEN : Math.min(etaSeconds, own) * FASTER;
  const high = Math.max(etaSeconds, own ?? etaSeconds) * SLOWER;
  if (!Number.isFinite(high)) return { kind: 'unknown' };
  if (high <= 60) return { kind: 'soon' };
  if (high < 7_200) return { kind: 'minutes', low: Math.max(1, Math.floor(low / 60)), high: Math.ceil(high / 60) };
  return { kind: 'hours', low: Math.floor(low / 1_800) / 2, high: Math.ceil(high / 1_800) / 2 };
}

/** Seconds to the door at the pace of the last two minutes; null when there is none to speak of. */
function ownSeconds(seen: readonly Sighting[], now: number): number | null {
  const recent = seen.filter(({ at }) => at >= now - PACE_WINDOW_MILLISECONDS);
  const [first, last] = [recent[0], recent.at(-1)];
  if (!first || !last || now - first.at < PACE_LEAST_MILLISECONDS) return null;
  const moved = first.position - last.position;
  if (moved <= 0) return null;
  return (last.position * (now - first.at)) / moved / 1_000;
}

/** How far along the fan is, from 0 to 1: of the way from where they came in to the door. */
export function progress(startPosition: number, position: number): number {
  if (position <= 0) return 1;
  return Math.min(1, Math.max(0, 1 - position / (startPosition + 1)));
}
