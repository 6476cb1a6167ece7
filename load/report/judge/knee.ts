// Where a climb breaks: the last step that was sound, and the first that was not. Pure.
import type { ClientSecond } from '../../runner/run/series.ts';
import { routesOf } from './apis.ts';
import { percentileOver } from './percentile.ts';
import { FAILURES, TOKEN_P95_MS } from './verdict.ts';

export interface Step {
  /** The tag `step` of its requests. */
  readonly name: string;
  readonly from: number;
  /** The second after its last one. */
  readonly to: number;
  /** Requests a second, as the tag says them; null when it says something else. */
  readonly offered: number | null;
  /** Answered as expected, a second. */
  readonly served: number;
  /** Of token requests, or of all where there are none. */
  readonly p95: number;
  readonly failedShare: number;
  readonly dropped: number;
  readonly sound: boolean;
}

export interface Knee {
  readonly steps: readonly Step[];
  /** Null: even the first step was too much. */
  readonly lastSound: Step | null;
  /** Null: it never broke. */
  readonly firstUnsound: Step | null;
  /** A higher step that was sound again: then something else disturbed the climb, and the knee is not to be trusted. */
  readonly soundAgain: Step | null;
}

const SERVED_IN_FULL = 0.95;
/** A step that was broken off says little. */
const SHORTEST_SECONDS = 2;

/** Null when the run is no climb. */
export function kneeOf(client: readonly ClientSecond[]): Knee | null {
  const groups = new Map<string, ClientSecond[]>();
  for (const second of client) {
    if (second.step === undefined) continue;
    groups.set(second.step, [...(groups.get(second.step) ?? []), second]);
  }
  const longest = Math.max(...[...groups.values()].slice(0, -1).map(({ length }) => length));
  const steps = [...groups]
    .map(([name, all]) => stepOf(name, ownSeconds(all, longest)))
    .filter((step) => step !== null);
  if (steps.length < 2) return null;
  // Two in a row, or the last one: a single bad step among good ones is a hiccup of the machine.
  const broken = steps.findIndex(({ sound }, i) => !sound && !steps[i + 1]?.sound);
  const [before, after] = broken < 0 ? [steps, []] : [steps.slice(0, broken), steps.slice(broken)];
  return {
    steps,
    lastSound: before.findLast(({ sound }) => sound) ?? null,
    firstUnsound: after[0] ?? null,
    soundAgain: after.findLast(({ sound }) => sound) ?? null,
  };
}

/**
 * In a step's first second requests of the step before end. After the last one, which is as long as those before, what was
 * begun in it is still finished, and teardown() runs.
 */
function ownSeconds(seconds: readonly ClientSecond[], mostSeconds: number): readonly ClientSecond[] {
  const own = seconds.slice(1, mostSeconds);
  return own.length >= SHORTEST_SECONDS ? own : seconds.slice(0, mostSeconds);
}

function stepOf(name: string, seconds: readonly ClientSecond[]): Step | null {
  const [first] = seconds;
  const last = seconds.at(-1);
  if (!first || !last || seconds.length < SHORTEST_SECONDS) return null;
  const sum = (of: (second: ClientSecond) => number) => seconds.reduce((total, second) => total + of(second), 0);
  const requests = sum((second) => second.requests);
  const failed = sum((second) => second.failed);
  const dropped = sum(({ droppedIterations }) => droppedIterations);
  const token = routesOf('token', seconds);
  const p95 = percentileOver(token.length > 0 ? token : seconds, 0.95) ?? 0;
  const offered = Number.isFinite(Number(name)) ? Number(name) : null;
  const served = (requests - failed) / seconds.length;
  const failedShare = failed / Math.max(1, requests);
  const inFull = offered === null ? dropped === 0 : served >= offered * SERVED_IN_FULL;
  const sound = inFull && p95 <= TOKEN_P95_MS && failedShare <= FAILURES;
  return { name, from: first.second, to: last.second + 1, offered, served, p95, failedShare, dropped, sound };
}
