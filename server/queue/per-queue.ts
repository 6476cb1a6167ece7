import { Batcher, type BatcherOptions } from '../lib/batcher.ts';

/**
 * Group commit queue by queue: a batch is about one queue, so that a queue in trouble (its lock, its server of a Redis
 * Cluster) holds up nobody in another. A queue has a batcher for as long as it has work.
 */
export class PerQueue<I extends { queueId: string }, O> {
  readonly #call: (items: I[]) => Promise<O[]>;
  readonly #options: BatcherOptions;
  readonly #queues = new Map<string, { batcher: Batcher<I, O>; pending: number }>();
  #pending = 0;

  /** @param options limits of each queue; no more than `maxWaitingItems` wait in all of them together */
  constructor(options: BatcherOptions, call: (items: I[]) => Promise<O[]>) {
    this.#options = options;
    this.#call = call;
  }

  async add(item: I): Promise<O> {
    if (this.#pending >= this.#options.maxWaitingItems) throw this.#options.overloaded();
    const { queueId } = item;
    const queue = this.#queues.get(queueId) ?? { batcher: new Batcher(this.#options, this.#call), pending: 0 };
    this.#queues.set(queueId, queue);
    queue.pending++;
    this.#pending++;
    try {
      return await queue.batcher.add(item);
    } finally {
      this.#pending--;
      if (--queue.pending === 0) this.#queues.delete(queueId);
    }
  }
}
