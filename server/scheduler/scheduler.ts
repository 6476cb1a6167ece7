import type { Job, JobState } from './job.ts';
import type { SchedulerOptions } from './options.ts';
import { Ticker } from './ticker.ts';

/** Runs jobs at their pace until it is stopped. It has no rules of its own, and no failure of a job ends it. */
export class Scheduler {
  readonly #tickers: Ticker[];

  constructor(jobs: readonly Job[], options: SchedulerOptions) {
    const names = new Set(jobs.map((job) => job.name));
    if (names.size < jobs.length) throw new Error('two jobs have the same name');
    const { log, timeoutMilliseconds = 10_000, jitter = 0.1, random = Math.random, now = Date.now } = options;
    this.#tickers = jobs.map((job) => new Ticker({ timeoutMilliseconds, ...job }, { log, jitter, random, now }));
  }

  /** Idempotent. Can follow a stop. */
  start(): void {
    for (const ticker of this.#tickers) ticker.start();
  }

  /** Idempotent. Waits for the ticks under way, each at most until its timeout. */
  async stop(): Promise<void> {
    await Promise.all(this.#tickers.map((ticker) => ticker.stop()));
  }

  state(): JobState[] {
    return this.#tickers.map((ticker) => ticker.state());
  }
}
