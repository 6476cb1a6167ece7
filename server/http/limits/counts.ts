import { RecentMap } from '../../lib/recent-map.ts';

interface Level {
  /** Requests that count at `at`; it falls by `perSecond` a second. */
  value: number;
  at: number;
  /** Taken here, and not yet told to the other processes. */
  untold: number;
}

/** Between one and two times as many keys are remembered; a key that is forgotten starts afresh. About 10 MB. */
const MOST_KEYS = 50_000;
/** Other processes hear of a key once it has used this part of its limit here: most people never come so far. */
const WORTH_TELLING = 8;
const MOST_TOLD_AT_ONCE = 1_000;

/**
 * Counts requests by key (a leaky bucket each): up to `perSecond` at once, and `perSecond` a second in the long run. What
 * other processes let through counts as well, as soon as they tell.
 */
export class Counts {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #levels = new RecentMap<string, Level>(MOST_KEYS);
  readonly #toTell = new Map<string, Level>();

  /** @param now milliseconds that only go up */
  constructor(perSecond: number, now = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Counts a request. @returns 0 when it may pass, else the milliseconds until one may */
  take(key: string): number {
    const level = this.#level(key);
    const over = level.value + 1 - this.#perSecond;
    if (over > 0) return (over / this.#perSecond) * 1_000;
    level.value++;
    level.untold++;
    if (level.untold * WORTH_TELLING >= this.#perSecond) this.#toTell.set(key, level);
    return 0;
  }

  /** What another process let through. */
  add(key: string, requests: number): void {
    this.#level(key).value += requests;
  }

  /** What the others should know since this was last asked. */
  news(): [key: string, requests: number][] {
    const news: [string, number][] = [];
    for (const [key, level] of this.#toTell) {
      if (news.length === MOST_TOLD_AT_ONCE) break;
      news.push([key, level.untold]);
      level.untold = 0;
      this.#toTell.delete(key);
    }
    return news;
  }

  #level(key: string): Level {
    const now = this.#now();
    let level = this.#levels.get(key);
    if (!level) {
      level = { value: 0, at: now, untold: 0 };
      this.#levels.set(key, level);
    }
    level.value = Math.max(0, level.value - ((now - level.at) / 1_000) * this.#perSecond);
    if (level.value === 0) level.untold = 0;
    level.at = now;
    return level;
  }
}
