import { KINDS, type Kind, type Sign } from './kinds.ts';

/** A kind of incident fires when so many of the last samples showed a sign of it, and rests when none of them does. */
const REMEMBERED_SAMPLES = 5;
const NEEDED_SAMPLES = 3;

/** What is remembered of one kind. */
interface Watch {
  /** Of the last samples, oldest first: when each was taken, and whether it showed a sign. */
  recent: readonly { at: number; shown: boolean }[];
  firing: boolean;
}

/** What is remembered from sample to sample. */
export type Detection = Readonly<Record<Kind, Watch>>;

export const NOTHING_YET: Detection = Object.fromEntries(
  KINDS.map((kind) => [kind, { recent: [], firing: false }]),
) as unknown as Detection;

export interface Verdict {
  detection: Detection;
  /** What is wrong now, what was noticed earlier first. */
  firing: Kind[];
  /** The oldest remembered sample that showed a sign of any of them; null when nothing fires. */
  beganAt: number | null;
}

/** One step: what is remembered, and the signs of the newest sample. Pure. */
export function detect(detection: Detection, signs: readonly Sign[], at: number): Verdict {
  const shown = new Set(signs.map(({ kind }) => kind));
  const next = Object.fromEntries(
    KINDS.map((kind) => [kind, step(detection[kind], { at, shown: shown.has(kind) })]),
  ) as unknown as Detection;
  const firing = KINDS.filter((kind) => next[kind].firing);
  const since = firing.flatMap((kind) => next[kind].recent.filter((one) => one.shown).map((one) => one.at));
  return { detection: next, firing, beganAt: since.length === 0 ? null : Math.min(...since) };
}

function step(watch: Watch, newest: { at: number; shown: boolean }): Watch {
  const recent = [...watch.recent, newest].slice(-REMEMBERED_SAMPLES);
  const times = recent.filter((one) => one.shown).length;
  return { recent, firing: watch.firing ? times > 0 : times >= NEEDED_SAMPLES };
}
