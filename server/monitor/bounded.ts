/**
 * A reading that may hang. It is never waited for longer than `milliseconds`, and never begun again while an earlier
 * one is still under way, so that a store in trouble is not asked more and more.
 */
export class Bounded<T> {
  readonly #read: () => Promise<T>;
  readonly #milliseconds: number;
  #underWay = false;

  constructor(milliseconds: number, read: () => Promise<T>) {
    this.#read = read;
    this.#milliseconds = milliseconds;
  }

  /** Null when it failed, took too long, or the one before still does. Never rejects. */
  async now(): Promise<T | null> {
    if (this.#underWay) return null;
    this.#underWay = true;
    const reading = Promise.resolve()
      .then(this.#read)
      .catch(() => null)
      .finally(() => {
        this.#underWay = false;
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, this.#milliseconds, null);
    });
    try {
      return await Promise.race([reading, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
