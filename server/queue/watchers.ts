import type { EnterRequest } from './store.ts';
import type { PlaceView } from './views.ts';

export interface QueueEvent {
  event: 'position' | 'active' | 'expired';
  place: PlaceView;
}
export type Listener = (event: QueueEvent) => void;

interface Watcher extends EnterRequest {
  ticket: number;
  listener: Listener;
  lastTold?: string;
}

/** Nudges that come closer together than this share one look at the store. */
const LEAST_MILLISECONDS_BETWEEN_LOOKS = 25;

/**
 * Those who listen to their place. After a nudge (somebody left, a tick passed) one call to the store tells where all of
 * them are; each hears only of what changed. Losing the store is silent: the next nudge tells.
 */
export class Watchers {
  readonly #placesOf: (requests: readonly EnterRequest[]) => Promise<(PlaceView | null)[]>;
  readonly #watchers = new Set<Watcher>();
  #looking = false;
  #nudgedMeanwhile = false;

  constructor(placesOf: (requests: readonly EnterRequest[]) => Promise<(PlaceView | null)[]>) {
    this.#placesOf = placesOf;
  }

  add(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    this.nudge();
    return () => this.#watchers.delete(watcher);
  }

  nudge(): void {
    if (this.#looking) this.#nudgedMeanwhile = true;
    else if (this.#watchers.size > 0) void this.#look();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#nudgedMeanwhile = false;
    try {
      const watchers = [...this.#watchers];
      const places = await this.#placesOf(watchers);
      for (const [i, watcher] of watchers.entries()) this.#tell(watcher, places[i] ?? null);
    } catch {
      // The store is lost for now; requests say so with 503 and the scheduler's next tick nudges again.
    }
    setTimeout(() => {
      this.#looking = false;
      if (this.#nudgedMeanwhile) this.nudge();
    }, LEAST_MILLISECONDS_BETWEEN_LOOKS).unref();
  }

  #tell(watcher: Watcher, place: PlaceView | null): void {
    if (!this.#watchers.has(watcher)) return;
    // A place that is gone, or another one taken since, ends this listener's.
    const over = !place || place.ticket !== watcher.ticket || place.status === 'EXPIRED';
    const told = over ? 'over' : `${place.status} ${place.position}`;
    if (told === watcher.lastTold) return;
    watcher.lastTold = told;
    if (over) this.#watchers.delete(watcher);
    watcher.listener({ event: eventOf(over, place), place: lastView(watcher, over, place) });
  }
}

const eventOf = (over: boolean, place: PlaceView | null) =>
  over ? 'expired' : place?.status === 'ACTIVE' ? 'active' : 'position';

function lastView(watcher: Watcher, over: boolean, place: PlaceView | null): PlaceView {
  if (place && (!over || place.ticket === watcher.ticket)) return place;
  const { userId, queueId, ticket } = watcher;
  return {
    userId,
    queueId,
    ticket,
    status: 'EXPIRED',
    position: 0,
    etaSeconds: 0,
    expiresAt: null,
    pollAfterSeconds: 10,
  };
}
