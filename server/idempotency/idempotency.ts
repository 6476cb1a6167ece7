import type { IdempotencyKey, Outcome } from '../lib/outcome.ts';
import { refusal } from '../lib/refusals.ts';
import type { IdempotencyStore, Remembered } from './store.ts';

/** Answers once a key, around work that is idempotent by nature. Refusals are thrown by the work and not remembered. */
export class Idempotency {
  readonly #store: IdempotencyStore;

  constructor(store: IdempotencyStore) {
    this.#store = store;
  }

  /** @param scope whose key it is */
  async once<T>(scope: string, key: IdempotencyKey | undefined, work: () => Promise<T>): Promise<Outcome<T>> {
    if (!key) return { ok: true, value: await work(), replayed: false };
    const known = await this.#store.recall(scope, key);
    if (known) return outcomeOf(known);
    return outcomeOf(await this.#store.remember(scope, key, await work()));
  }

  /** One bounded tick of the scheduler. Returns how many keys were forgotten. */
  sweep(): Promise<number> {
    return this.#store.sweep(MOST_KEYS_A_TICK);
  }
}

const MOST_KEYS_A_TICK = 5_000;

function outcomeOf<T>(remembered: Remembered): Outcome<T> {
  if (remembered === 'REUSED') return { ok: false, failure: refusal('IDEMPOTENCY_KEY_REUSED'), replayed: false };
  return { ok: true, value: remembered.answer as T, replayed: remembered.replayed };
}
