import type { HurtUser } from './incident.ts';

/** One thing that happened to one user. */
export interface Harm {
  /** Or, where a request named no user, the owner of a reservation. */
  who: { userId: string } | { reservationId: string };
  /** Milliseconds since 1970. */
  at: number;
  what: 'FAILED' | 'SLOW' | 'SLOT_ENDED';
  api?: string;
  status?: number;
  milliseconds?: number;
}

/** Whoever waited longer than this for an answer was hurt, whatever the answer. */
export const SLOW_MILLISECONDS = 1_000;
/** What happened before somebody noticed that something is wrong belongs to it too. */
export const LOOK_BACK_MILLISECONDS = 60_000;
const MOST_KEPT = 50_000;

/**
 * What happened to users lately, in memory and bounded, so that those hurt before an incident was noticed are on its
 * list. On the path of failed and slow requests alone.
 */
export class Harms {
  #kept: Harm[] = [];
  /** How many had to be forgotten because there were too many. */
  forgotten = 0;

  add(harm: Harm): void {
    this.#kept.push(harm);
    if (this.#kept.length > MOST_KEPT) {
      // A tenth at a time, so that adding stays cheap.
      this.forgotten += this.#kept.splice(0, MOST_KEPT / 10).length;
    }
  }

  /** Takes out everything that happened since; what is older is forgotten. */
  take(since: number): Harm[] {
    const taken = this.#kept.filter(({ at }) => at >= since);
    this.#kept = [];
    return taken;
  }

  /** What was taken could not be written down. */
  putBack(harms: readonly Harm[]): void {
    this.#kept = [...harms, ...this.#kept];
  }

  /** Without an incident, what is older than an incident looks back to is nobody's. */
  forgetBefore(at: number): void {
    const [oldest] = this.#kept;
    if (oldest && oldest.at < at) this.#kept = this.#kept.filter((harm) => harm.at >= at);
  }
}

/** Reservations whose owners have to be looked up. */
export const ownedBySomebody = (harms: readonly Harm[]): string[] => [
  ...new Set(harms.flatMap(({ who }) => ('reservationId' in who ? [who.reservationId] : []))),
];

/** Each user once, with all that happened to them. @param owners of reservations; one that is not there hurt nobody */
export function hurtUsers(harms: readonly Harm[], owners: ReadonlyMap<string, string>): HurtUser[] {
  const users = new Map<string, HurtUser>();
  for (const harm of harms) {
    const userId = 'userId' in harm.who ? harm.who.userId : owners.get(harm.who.reservationId);
    if (userId === undefined) continue;
    const at = new Date(harm.at);
    const user = users.get(userId) ?? unhurt(userId, at);
    users.set(userId, user);
    if (harm.what === 'FAILED') user.failed++;
    if (harm.what === 'SLOW') user.slow++;
    if (harm.what === 'SLOT_ENDED') user.slotEnded = true;
    if (harm.status !== undefined) user.worstStatus = Math.max(user.worstStatus ?? 0, harm.status);
    user.longestMilliseconds = Math.max(user.longestMilliseconds, Math.round(harm.milliseconds ?? 0));
    if (harm.api !== undefined && !user.apis.includes(harm.api)) user.apis.push(harm.api);
    if (at < user.firstAt) user.firstAt = at;
    if (at > user.lastAt) user.lastAt = at;
  }
  return [...users.values()];
}

const unhurt = (userId: string, at: Date): HurtUser => ({
  userId,
  failed: 0,
  slow: 0,
  slotEnded: false,
  holdEnded: false,
  worstStatus: null,
  longestMilliseconds: 0,
  apis: [],
  firstAt: at,
  lastAt: at,
});
