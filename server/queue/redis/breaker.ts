const LEAST_MILLISECONDS = 50;
const MOST_MILLISECONDS = 2_000;

/**
 * Says no at once while a server is in trouble, so that nobody waits for it, and finds out by itself when it is back:
 * probes start soon, come ever less often, and at random moments, so that many processes don't probe together.
 */
export class Breaker {
  readonly #probe: (failures: number) => Promise<boolean>;
  readonly #closed: () => void;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;

  /**
   * @param probe whether the server answers; is told how many probes have failed since the trouble began
   * @param closed called when it does
   */
  constructor(probe: (failures: number) => Promise<boolean>, closed: () => void) {
    this.#probe = probe;
    this.#closed = closed;
    this.#probeLater();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #probeLater(): void {
    const longest = Math.min(MOST_MILLISECONDS, LEAST_MILLISECONDS * 2 ** this.#failures);
    this.#timer = setTimeout(() => void this.#try(), longest * (0.5 + Math.random() / 2)).unref();
  }

  async #try(): Promise<void> {
    const well = await this.#probe(this.#failures);
    if (!this.#timer) return;
    if (well) {
      this.stop();
      this.#closed();
      return;
    }
    this.#failures++;
    this.#probeLater();
  }
}
