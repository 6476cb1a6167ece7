import type { Place, QueueOverview } from '../../shared/types.ts';
import type { CrowdReport } from './messages.ts';
import { CrowdRefused, fetchJson, fewAtATime, pause } from './requests.ts';
import type { Shop } from './shop.ts';

const LOOK_EVERY_MILLISECONDS = 700;
const BUYING_TRIES = 4;
/** Most people buy; some only look. */
const BUYERS = 0.9;
const COMES_AGAIN_AFTER = ['OVERLOADED', 'STORE_UNAVAILABLE', 'RATE_LIMITED', 'OFFLINE'];

/** People who line up, are admitted, buy a seat and leave: through the API that everybody uses. */
export class Crowd {
  readonly #userIds: string[];
  readonly #stayMilliseconds: number;
  readonly #shop: Shop;
  readonly #waiting = new Map<string, number>();
  #inside = 0;
  #bought = 0;
  #gone = 0;
  #failed = 0;
  #entering = true;
  #home = false;

  constructor(run: string, people: number, staySeconds: number, shop: Shop) {
    this.#userIds = userIdsOf(run, people);
    this.#stayMilliseconds = staySeconds * 1_000;
    this.#shop = shop;
  }

  report(): CrowdReport {
    const left = this.#entering || this.#waiting.size > 0 || this.#inside > 0;
    return {
      waiting: this.#waiting.size,
      inside: this.#inside,
      bought: this.#bought,
      gone: this.#gone,
      failed: this.#failed,
      over: !left,
    };
  }

  /** Until the last one is gone, or everybody is sent home. */
  async live(): Promise<void> {
    const entering = fewAtATime(this.#userIds, (userId) => this.#enter(userId), 5).then(() => {
      this.#entering = false;
    });
    while (!this.#home && !this.report().over) {
      await pause(LOOK_EVERY_MILLISECONDS);
      await this.#admitThoseServed();
    }
    await entering;
  }

  async goHome(): Promise<void> {
    this.#home = true;
    this.#waiting.clear();
    await sendHome(this.#userIds);
    this.#inside = 0;
  }

  async #enter(userId: string): Promise<void> {
    try {
      const place = (await this.#patiently('POST', '/api/v1/token/create', { userId })) as Place;
      if (place.status === 'ACTIVE') void this.#shopping(userId);
      else this.#waiting.set(userId, place.ticket);
    } catch {
      if (!this.#home) this.#failed++;
    }
  }

  /** As fans do: who is told to come again later does. @throws CrowdRefused */
  async #patiently(...[method, path, body]: Parameters<typeof fetchJson>): Promise<unknown> {
    for (;;) {
      try {
        return await fetchJson(method, path, body);
      } catch (error) {
        if (this.#home || !(error instanceof CrowdRefused) || !COMES_AGAIN_AFTER.includes(error.code)) throw error;
        await pause(error.retryAfterSeconds * 1_000 * (1 + Math.random()));
      }
    }
  }

  /** One public page tells all of them who is served: what a fan's own page could do behind a CDN. */
  async #admitThoseServed(): Promise<void> {
    const overview = await fetchJson<QueueOverview>('GET', '/api/v1/queue/main').catch(() => null);
    if (!overview) return;
    for (const [userId, ticket] of this.#waiting) {
      if (ticket > overview.servingTicket) continue;
      this.#waiting.delete(userId);
      void this.#shopping(userId);
    }
  }

  async #shopping(userId: string): Promise<void> {
    this.#inside++;
    try {
      // Asking for the place is showing up.
      await this.#patiently('GET', `/api/v1/token?userId=${userId}`);
      await pause(this.#stayMilliseconds * (0.5 + Math.random()));
      if (!this.#home && Math.random() < BUYERS) await this.#buy(userId);
      if (!this.#home) await this.#leave(userId);
      this.#gone++;
    } catch {
      if (!this.#home) this.#failed++;
    }
    this.#inside = Math.max(0, this.#inside - 1);
  }

  async #leave(userId: string): Promise<void> {
    try {
      await this.#patiently('DELETE', `/api/v1/token?userId=${userId}`);
    } catch (error) {
      // Asked twice, since the first answer got lost.
      if (!(error instanceof CrowdRefused) || error.code !== 'NOT_IN_QUEUE') throw error;
    }
  }

  async #buy(userId: string): Promise<void> {
    for (let tried = 0; tried < BUYING_TRIES; tried++) {
      const wish = this.#shop.pick();
      if (!wish) return;
      try {
        await this.#patiently('POST', '/api/v1/reservation', { userId, ...wish });
        this.#bought++;
        return;
      } catch (error) {
        if (!(error instanceof CrowdRefused) || error.code !== 'SEAT_TAKEN') throw error;
      }
    }
  }
}

export const userIdsOf = (run: string, people: number): string[] =>
  Array.from({ length: people }, (_, i) => `crowd-${run}-${i + 1}`);

/** From the back of the line to the front, so that nobody is admitted only to leave. */
export const sendHome = (userIds: readonly string[]): Promise<void> =>
  fewAtATime([...userIds].reverse(), async (userId) => {
    await fetchJson('DELETE', `/api/v1/token?userId=${userId}`).catch(() => {});
  });
