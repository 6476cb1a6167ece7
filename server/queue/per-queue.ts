import { Batcher, type BatcherOptions } from '../lib/batcher.ts';

/**
 * Group commit queue by queue: a batch is about one queue, so that a queue in trouble (its lock, its server of a Redis
 * Cluster) holds up nobody in another. A queue has a batcher for as long as it has work.
 */
export class PerQueue<I extends { queueId: string }, O> {
  readonly #call: (items: I[]) => Promise<O[]>;
  readonly #options: BatcherOptions;
  readonly #queues = new Map<string, Batcher<I, O>>();
  #pending = 0;

  /** @param options limits of each queue; no more than `maxWaitingItems` wait in all of them together */
  constructor(options: BatcherOptions, call: (items: I[]) => Promise<O[]>) {
    this.#options = options;
    this.#call = call;
  }

  add(item: I): Promise<O> {
    const known = this.#queues.get(item.queueId);
    if (this.#pending >= this.#options.maxWaitingItems || known?.refuses)
      return Promise.reject(this.#options.overloaded());
    this.#pending++;
    const batcher = known ?? this.#open(item.queueId);
    return batcher.add(item);
  }

  #open(queueId: string): Batcher<I, O> {
    // Counted call by call: a promise of its own for every item would cost more than all else here.
    const batcher: Batcher<I, O> = new Batcher(this.#options, async (items) => {
      try {
        return await this.#call(items);
      } finally {
        this.#pending -= items.length;
        // Of several calls at a time an earlier one may have ended its work, and somebody have opened another.
        if (batcher.waiting === 0 && this.#queues.get(queueId) === batcher) this.#queues.delete(queueId);
      }
    });
    this.#queues.set(queueId, batcher);
    return batcher;
  }
}
