/**
 * Group commit: requests that arrive while a call to the store is under way share the next one.
 * An idle batcher starts a call at once, so nothing waits when there is no load.
 */
export interface BatcherOptions {
  /** Most items of one call. */
  maxBatchItems: number;
  /** Calls under way at the same time. 1 keeps strict arrival order. */
  maxCallsInFlight: number;
  /** Items waiting beyond this are refused at once by `overloaded()`. */
  maxWaitingItems: number;
  /** Makes the error for a refused item. */
  overloaded: () => Error;
}

interface Waiting<I, O> {
  item: I;
  calls: number;
  resolve: (outcome: O) => void;
  reject: (error: unknown) => void;
}

/** What a call returns for an item that must go again in the next call, ahead of newer ones. */
export const AGAIN = Symbol('again');

/**
 * A call that puts an item off this often would do so for ever: that is a defect, and not to be paid for by all others.
 * Far above what waiting for a locked row takes.
 */
const MOST_CALLS_AN_ITEM = 5_000;

/**
 * @param call one round trip; returns an outcome an item, in the same order. A rejection reaches all of its items:
 * it means the store was lost or there is a defect, never that one item was refused.
 */
export class Batcher<I, O> {
  readonly #call: (items: I[]) => Promise<(O | typeof AGAIN)[]>;
  readonly #options: BatcherOptions;
  #waiting: Waiting<I, O>[] = [];
  #inFlight = 0;

  constructor(options: BatcherOptions, call: (items: I[]) => Promise<(O | typeof AGAIN)[]>) {
    this.#options = options;
    this.#call = call;
  }

  /** Items waiting for a call, without those under way. */
  get waiting(): number {
    return this.#waiting.length;
  }

  add(item: I): Promise<O> {
    if (this.#waiting.length >= this.#options.maxWaitingItems) return Promise.reject(this.#options.overloaded());
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ item, calls: 0, resolve, reject });
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#inFlight < this.#options.maxCallsInFlight && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxBatchItems);
      this.#inFlight++;
      void this.#run(batch);
    }
  }

  async #run(batch: Waiting<I, O>[]): Promise<void> {
    try {
      const outcomes = await this.#call(batch.map((w) => w.item));
      const again: Waiting<I, O>[] = [];
      batch.forEach((w, i) => {
        const outcome = outcomes[i];
        if (outcome !== AGAIN) w.resolve(outcome as O);
        else if (++w.calls < MOST_CALLS_AN_ITEM) again.push(w);
        else w.reject(new Error(`not decided in ${MOST_CALLS_AN_ITEM} calls`));
      });
      if (again.length > 0) this.#waiting = again.concat(this.#waiting);
    } catch (error) {
      for (const w of batch) w.reject(error);
    } finally {
      this.#inFlight--;
      this.#pump();
    }
  }
}
