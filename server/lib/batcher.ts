/**
 * Group commit: requests that arrive while a call to the store is under way share the next one.
 * An idle batcher starts a call as soon as what has arrived is read, so nothing waits when there is no load.
 */
export interface BatcherOptions {
  /** Most items of one call. */
  maxBatchItems: number;
  /** Calls under way at the same time. 1 keeps strict arrival order. */
  maxCallsInFlight: number;
  /** Items waiting beyond this are refused at once by `overloaded()`. */
  maxWaitingItems: number;
  /**
   * Calls that are sent ahead while a whole batch waits, so that a store that does one after the other never waits for a
   * busy event loop in between; default none.
   */
  callsAhead?: number;
  /** Who would wait longer for their call finds that it `isFull`, and who would wait twice as long is refused; none is no limit. */
  longestWaitMilliseconds?: number;
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

/** Whoever was let in while it was not full has cost most of what an answer costs, and is not sent away for little. */
const REFUSED_AT = 2;
/** How much a call says about how long the next ones take, beside those before. */
const WEIGHT_OF_A_CALL = 0.5;

/**
 * @param call one round trip; returns an outcome an item, in the same order. A rejection reaches all of its items:
 * it means the store was lost or there is a defect, never that one item was refused.
 */
export class Batcher<I, O> {
  readonly #call: (items: I[]) => Promise<(O | typeof AGAIN)[]>;
  readonly #options: BatcherOptions;
  #waiting: Waiting<I, O>[] = [];
  #inFlight = 0;
  #startsSoon = false;
  /** How long calls took lately. */
  #callMilliseconds = 0;
  #latestBegan = 0;

  constructor(options: BatcherOptions, call: (items: I[]) => Promise<(O | typeof AGAIN)[]>) {
    this.#options = options;
    this.#call = call;
  }

  /** Items waiting for a call, without those under way. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Whether who comes now would wait too long: to be asked before anything is done for them.
   * @param coming how many are on their way to `add`, and come before them
   */
  isFull(coming = 0): boolean {
    return this.#waitsLonger(1, coming);
  }

  /** Whether `add` would refuse at this moment. */
  get refuses(): boolean {
    return this.#waiting.length >= this.#options.maxWaitingItems || this.#waitsLonger(REFUSED_AT, 0);
  }

  add(item: I): Promise<O> {
    if (this.refuses) return Promise.reject(this.#options.overloaded());
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ item, calls: 0, resolve, reject });
      this.#start();
    });
  }

  /**
   * By how many calls are ahead, and how long they take at present: as fast as the store, however fast that is. Never true
   * for who fits the next call, so that the store always has a whole batch to go on with.
   */
  #waitsLonger(times: number, coming: number): boolean {
    const { longestWaitMilliseconds: longest, maxBatchItems, maxCallsInFlight } = this.#options;
    const waiting = this.#waiting.length + coming;
    if (longest === undefined || waiting < maxBatchItems) return false;
    // Those sent ahead make no more of them a second; that each takes longer for them leaves room for the event loop.
    const rounds = Math.floor(waiting / maxBatchItems) / maxCallsInFlight;
    // A call under way that takes longer than those before says more than they do.
    const underWay = this.#inFlight > 0 ? performance.now() - this.#latestBegan : 0;
    const roundMilliseconds = Math.max(this.#callMilliseconds, underWay);
    return rounds * roundMilliseconds > times * longest;
  }

  /**
   * Not for the first alone: the event loop reads every socket that has something before it comes to an immediate, so
   * those who came together go together, and the store is asked once instead of twice.
   */
  #start(): void {
    if (this.#waiting.length >= this.#options.maxBatchItems) this.#pump();
    if (this.#startsSoon || this.#inFlight >= this.#mostInFlight) return;
    this.#startsSoon = true;
    setImmediate(() => {
      this.#startsSoon = false;
      this.#pump();
    });
  }

  get #mostInFlight(): number {
    const { maxCallsInFlight, maxBatchItems, callsAhead = 0 } = this.#options;
    return this.#waiting.length < maxBatchItems ? maxCallsInFlight : maxCallsInFlight + callsAhead;
  }

  #pump(): void {
    while (this.#inFlight < this.#mostInFlight && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxBatchItems);
      this.#inFlight++;
      void this.#run(batch);
    }
  }

  async #run(batch: Waiting<I, O>[]): Promise<void> {
    const began = performance.now();
    this.#latestBegan = began;
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
      this.#callMilliseconds += (performance.now() - began - this.#callMilliseconds) * WEIGHT_OF_A_CALL;
      this.#pump();
    }
  }
}
