import type { Job, JobState } from './job.ts';
import type { SchedulerOptions } from './options.ts';

type Surroundings = Required<Pick<SchedulerOptions, 'log' | 'jitter' | 'random' | 'now'>>;

/** The first tick comes soon after the start, however long the period. */
const LONGEST_FIRST_WAIT_MILLISECONDS = 1_000;

/** One job and its timer. A tick that comes while the job still runs is left out. */
export class Ticker {
  readonly #job: Required<Job>;
  readonly #around: Surroundings;
  readonly #state: JobState;
  #timer: NodeJS.Timeout | null = null;
  #started = false;
  /** When the next tick should start, on the clock that never jumps: see `uptime`. */
  #plannedAt = 0;
  /** The tick under way, until it ends or its time is up. */
  #tick: Promise<void> | null = null;

  constructor(job: Required<Job>, around: Surroundings) {
    this.#job = job;
    this.#around = around;
    this.#state = {
      name: job.name,
      everyMilliseconds: job.everyMilliseconds,
      running: false,
      runs: 0,
      failures: 0,
      lastStartedAt: null,
      lastDurationMilliseconds: null,
      lastError: null,
      driftMilliseconds: 0,
    };
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    const most = Math.min(this.#job.everyMilliseconds, LONGEST_FIRST_WAIT_MILLISECONDS);
    this.#plan(uptime() + most * this.#around.random());
  }

  async stop(): Promise<void> {
    this.#started = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#tick;
  }

  state(): JobState {
    return { ...this.#state };
  }

  #plan(at: number): void {
    this.#plannedAt = at;
    this.#timer = setTimeout(() => this.#due(), Math.max(0, at - uptime()));
    this.#timer.unref();
  }

  /** The next tick is planned from the plan of this one, not from its end; what was missed is not made up for. */
  #due(): void {
    const now = uptime();
    const { everyMilliseconds } = this.#job;
    const shift = (this.#around.random() - 0.5) * 2 * this.#around.jitter * everyMilliseconds;
    const drift = now - this.#plannedAt;
    this.#plan((drift < everyMilliseconds ? this.#plannedAt : now) + everyMilliseconds + shift);
    if (this.#state.running) return;
    this.#state.driftMilliseconds = Math.max(0, Math.round(drift));
    this.#tick = this.#run().finally(() => {
      this.#tick = null;
    });
  }

  /** Never rejects. Ends when the job does or when its time is up; `running` stays true until the job itself ends. */
  async #run(): Promise<void> {
    const startedAt = uptime();
    this.#state.running = true;
    this.#state.lastStartedAt = new Date(this.#around.now());
    const work = Promise.resolve()
      .then(() => this.#job.run())
      .finally(() => {
        this.#state.running = false;
      });
    let error: Error | null = null;
    const limit = timeLimit(this.#job.timeoutMilliseconds);
    try {
      await Promise.race([work, limit.passed]);
    } catch (reason) {
      error = reason instanceof Error ? reason : new Error(String(reason));
    } finally {
      limit.cancel();
      work.catch(() => {});
    }
    this.#record(startedAt, error);
  }

  #record(startedAt: number, error: Error | null): void {
    this.#state.runs++;
    this.#state.lastDurationMilliseconds = Math.round(uptime() - startedAt);
    this.#state.lastError = error?.message ?? null;
    if (!error) return;
    this.#state.failures++;
    this.#around.log.warn({ err: error, job: this.#job.name }, 'a scheduled job failed');
  }
}

/** Milliseconds on a clock that nobody sets: a jump of the wall clock must not put off the next tick. */
const uptime = () => performance.now();

function timeLimit(milliseconds: number): { passed: Promise<never>; cancel: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not finished within ${milliseconds} ms`)), milliseconds);
  return { passed: promise, cancel: () => clearTimeout(timer) };
}
