/** Runs one task at a time. Calls that arrive while it runs share one more run after it. */
export class Repeater {
  readonly #task: () => Promise<void>;
  #running: Promise<void> | null = null;
  #again = false;

  constructor(task: () => Promise<void>) {
    this.#task = task;
  }

  /** Settles after a run that began after this call. Rejects when a run failed; the next call starts afresh. */
  run(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#repeat();
    return this.#running;
  }

  /** Resolves when nothing runs. Never rejects. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  async #repeat(): Promise<void> {
    // `#running` is set before the task can end, and cleared in the same breath as the last look at `#again`.
    await null;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#task();
      }
    } finally {
      this.#running = null;
    }
  }
}
