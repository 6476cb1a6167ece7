import type { ChallengeSetting } from '../../../contract/challenge.ts';
import type { DifficultyStore } from './store.ts';

const LOOK_EVERY_MILLISECONDS = 1_000;

/**
 * How hard entering each line is made, as this process knows it: at most about a second old while the store answers, and
 * what it was while the store does not, so that knowing it never costs an arrival a question.
 */
export class Difficulties {
  readonly #store: DifficultyStore;
  #known: ReadonlyMap<string, number> = new Map();
  #hardest = 0;
  #began = 0;
  #latest = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: DifficultyStore) {
    this.#store = store;
  }

  /**
   * Bits that entering a line takes; 0 when nothing is asked for. A line without a setting of its own follows the hardest
   * of all: anybody may enter a line that they made up, and being inside of any lets them reserve.
   */
  of(queueId: string): number {
    return this.#known.get(queueId) ?? this.#hardest;
  }

  /** As the store has it now. @throws StoreUnavailable */
  async setting(queueId: string): Promise<ChallengeSetting> {
    await this.look();
    return { queueId, bits: this.of(queueId), own: this.#known.get(queueId) ?? null };
  }

  /** Other processes know it within about a second. @throws StoreUnavailable */
  async set(queueId: string, bits: number | null): Promise<ChallengeSetting> {
    await this.#store.set(queueId, bits);
    return this.setting(queueId);
  }

  /** @throws StoreUnavailable */
  async look(): Promise<void> {
    const mine = ++this.#began;
    const known = await this.#store.all();
    // One that began later has answered already, and knows what was set since.
    if (mine < this.#latest) return;
    this.#latest = mine;
    this.#known = known;
    this.#hardest = Math.max(0, ...this.#known.values());
  }

  /** Goes on looking until it is stopped. */
  start(): void {
    const again = () => {
      // What was known is good until the store answers again.
      const looked = this.look().catch(() => {});
      void looked.then(() => this.#timer && this.start());
    };
    this.#timer = setTimeout(again, LOOK_EVERY_MILLISECONDS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
