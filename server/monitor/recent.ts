/**
 * A reading that may take longer than a sample does: the last answer counts until it is older than `milliseconds`, and
 * the next one is on its way meanwhile, one at a time.
 */
export class Recent<T> {
  readonly #read: () => Promise<T>;
  readonly #milliseconds: number;
  #last: { value: T; at: number } | null = null;
  #underWay: Promise<void> | null = null;

  constructor(milliseconds: number, read: () => Promise<T>) {
    this.#read = read;
    this.#milliseconds = milliseconds;
  }

  /** Null when there was no answer for too long. The first time, waits a moment for one. Never rejects. */
  async now(): Promise<T | null> {
    this.#underWay ??= this.#again();
    if (this.#last === null) await this.#first(this.#underWay);
    return this.#last && performance.now() - this.#last.at <= this.#milliseconds ? this.#last.value : null;
  }

  async #again(): Promise<void> {
    try {
      const value = await this.#read();
      this.#last = { value, at: performance.now() };
    } catch {
      // What was known gets old.
    } finally {
      this.#underWay = null;
    }
  }

  async #first(reading: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FIRST_MILLISECONDS);
    });
    await Promise.race([reading, late]);
    clearTimeout(timer);
  }
}

/** Less than a whole sample may take. */
const FIRST_MILLISECONDS = 700;
