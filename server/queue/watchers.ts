import type { QueueSignals } from './signals.ts';
import { type PlacesOf, WatchedQueue, type Watcher } from './watched-queue.ts';

/** Those who listen to their place, queue by queue. */
export class Watchers {
  readonly #placesOf: PlacesOf;
  readonly #signals: QueueSignals | null;
  readonly #queues = new Map<string, { queue: WatchedQueue; unsubscribe: () => void }>();

  /** @param signals what other processes do to a queue; without, only {@link nudge} says that it moved */
  constructor(placesOf: PlacesOf, signals: QueueSignals | null) {
    this.#placesOf = placesOf;
    this.#signals = signals;
  }

  get size(): number {
    return [...this.#queues.values()].reduce((sum, { queue }) => sum + queue.size, 0);
  }

  /** Tells the listener of its place until that is over or the returned function is called. */
  add(watcher: Watcher): () => void {
    const { queueId } = watcher;
    const watched = this.#queues.get(queueId) ?? this.#open(queueId);
    watched.queue.add(watcher);
    return () => {
      watched.queue.remove(watcher);
      if (watched.queue.size > 0 || this.#queues.get(queueId) !== watched) return;
      this.#queues.delete(queueId);
      watched.unsubscribe();
    };
  }

  /** A queue moved, or, without its name, any may have. */
  nudge(queueId?: string): void {
    if (queueId !== undefined) this.#queues.get(queueId)?.queue.nudge();
    else for (const { queue } of this.#queues.values()) queue.nudge();
  }

  #open(queueId: string): { queue: WatchedQueue; unsubscribe: () => void } {
    const queue = new WatchedQueue(this.#placesOf);
    const unsubscribe = this.#signals?.subscribe(queueId, () => queue.nudge()) ?? (() => {});
    const watched = { queue, unsubscribe };
    this.#queues.set(queueId, watched);
    return watched;
  }
}
