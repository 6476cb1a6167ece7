import { setTimeout as sleep } from 'node:timers/promises';

interface Entry<V> {
  value: Promise<V>;
  startedAt: number;
  /** Something changed since the load began. */
  stale: boolean;
  /** The load after this one, when somebody waits for it. */
  next: Promise<V> | null;
}

export interface CachedOptions {
  /** An answer is good for this long, unless it is made stale. */
  freshMilliseconds: number;
  /** Loads of one key start at least this far apart, and one at a time, however often it is made stale. */
  apartMilliseconds: number;
}

/**
 * Remembers what was loaded. Whoever asks after `makeStale` gets what was loaded after it, sharing that load with
 * everybody else who asks; so the store is asked at a bounded rate and nobody is shown the past.
 */
export class Cached<K, V> {
  readonly #options: CachedOptions;
  readonly #load: (key: K) => Promise<V>;
  readonly #entries = new Map<K, Entry<V>>();

  constructor(options: CachedOptions, load: (key: K) => Promise<V>) {
    this.#options = options;
    this.#load = load;
  }

  get(key: K): Promise<V> {
    const entry = this.#entries.get(key);
    if (!entry) return this.#start(key);
    if (!entry.stale && performance.now() < entry.startedAt + this.#options.freshMilliseconds) return entry.value;
    entry.next ??= this.#after(entry, key);
    return entry.next;
  }

  makeStale(): void {
    for (const entry of this.#entries.values()) entry.stale = true;
  }

  #start(key: K): Promise<V> {
    const value = this.#load(key);
    const entry: Entry<V> = { value, startedAt: performance.now(), stale: false, next: null };
    this.#entries.set(key, entry);
    // A failure, and the absence of a thing, are not worth remembering; nor is what nobody asks for any more.
    const forget = () => {
      if (entry.next === null && this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    value.then((found) => {
      if (found === null) forget();
      else setTimeout(forget, this.#options.freshMilliseconds).unref();
    }, forget);
    return value;
  }

  async #after(entry: Entry<V>, key: K): Promise<V> {
    await entry.value.catch(() => {});
    const wait = entry.startedAt + this.#options.apartMilliseconds - performance.now();
    if (wait > 0) await sleep(wait);
    return this.#start(key);
  }
}
