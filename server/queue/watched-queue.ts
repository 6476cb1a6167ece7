import type { StatusRequest } from './store.ts';
import type { PlaceView } from './views.ts';

export interface QueueEvent {
  event: 'position' | 'active' | 'expired';
  place: PlaceView;
}
export type Listener = (event: QueueEvent) => void;

/** Somebody who listens to one place: that of a ticket. */
export interface Watcher extends StatusRequest {
  /** Of the store, so it is proven: should the store lose the place, it gives it back for it. */
  ticket: number;
  listener: Listener;
}

/** Where the places of these tickets are now, null for one that is gone; listening counts as showing up. */
export type PlacesOf = (requests: readonly StatusRequest[]) => Promise<(PlaceView | null)[]>;

/** Nudges that come closer together than this share one look at the store. */
const LEAST_MILLISECONDS_BETWEEN_LOOKS = 25;
const MILLISECONDS_AFTER_A_FAILURE = 1_000;
const MOST_PLACES_A_CALL = 256;

/**
 * Those who listen to their place in one queue. After a nudge, calls of bounded size to the store tell where all of them
 * are, and each hears of what changed. Losing the store is silent: requests say so, and looking goes on until it is back.
 */
export class WatchedQueue {
  readonly #placesOf: PlacesOf;
  /** With what each was told last. */
  readonly #watchers = new Map<Watcher, string>();
  /** Those to be looked at. */
  readonly #due = new Set<Watcher>();
  #looking = false;

  constructor(placesOf: PlacesOf) {
    this.#placesOf = placesOf;
  }

  get size(): number {
    return this.#watchers.size;
  }

  add(watcher: Watcher): void {
    this.#watchers.set(watcher, '');
    this.#due.add(watcher);
    this.#go();
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.#due.delete(watcher);
  }

  /** The queue moved: everybody's place may be another. */
  nudge(): void {
    for (const watcher of this.#watchers.keys()) this.#due.add(watcher);
    this.#go();
  }

  #go(): void {
    if (!this.#looking && this.#due.size > 0) void this.#look();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    const began = performance.now();
    const due = [...this.#due];
    this.#due.clear();
    const failed = await this.#tellAll(due).then(
      () => false,
      () => true,
    );
    if (failed) for (const watcher of due) if (this.#watchers.has(watcher)) this.#due.add(watcher);
    // As long a pause as the look took: however many listen, they take no more than half of what the store can do.
    const pause = failed ? MILLISECONDS_AFTER_A_FAILURE : performance.now() - began;
    setTimeout(() => this.#rested(), Math.max(LEAST_MILLISECONDS_BETWEEN_LOOKS, pause)).unref();
  }

  #rested(): void {
    this.#looking = false;
    this.#go();
  }

  async #tellAll(due: readonly Watcher[]): Promise<void> {
    for (let from = 0; from < due.length; from += MOST_PLACES_A_CALL) {
      const some = due.slice(from, from + MOST_PLACES_A_CALL);
      const places = await this.#placesOf(some);
      for (const [i, watcher] of some.entries()) this.#tell(watcher, places[i] ?? null);
    }
  }

  #tell(watcher: Watcher, place: PlaceView | null): void {
    const lastTold = this.#watchers.get(watcher);
    if (lastTold === undefined) return;
    // A place that is gone, or another one taken since, ends this listener's. A draw gives the same place another ticket.
    const mine = place ?? gone(watcher);
    const drawn = mine.ticket !== watcher.ticket;
    watcher.ticket = mine.ticket;
    const told = `${mine.status} ${mine.position}`;
    // Who is drawn to the last place has the position they were told before, and must hear of the draw all the same.
    if (told === lastTold && !drawn) return;
    this.#watchers.set(watcher, told);
    if (mine.status === 'EXPIRED') this.remove(watcher);
    watcher.listener({ event: EVENT[mine.status], place: mine });
  }
}

const EVENT = { WAITING: 'position', ACTIVE: 'active', EXPIRED: 'expired' } as const;

const gone = ({ userId, queueId, ticket }: Watcher): PlaceView => ({
  userId,
  queueId,
  ticket,
  status: 'EXPIRED',
  position: 0,
  etaSeconds: 0,
  expiresAt: null,
  pollAfterSeconds: 10,
});
