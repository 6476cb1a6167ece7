// One scenario while it runs: its clock, its virtual users, and the ways it ends.
import type { ScenarioConfig } from '../options/scenarios.ts';
import type { RunState } from '../run/state.ts';
import type { VuPool } from '../vu/pool.ts';
import type { ScenarioView } from '../vu/state.ts';
import type { VirtualUser } from '../vu/virtual-user.ts';
import type { ScenarioPlan } from './plan.ts';

export type ScenarioStatus = 'waiting' | 'running' | 'done' | 'interrupted';

/** What is shown of a scenario. */
export interface ScenarioProgress {
  readonly plan: ScenarioPlan;
  readonly config: ScenarioConfig;
  readonly status: ScenarioStatus;
  readonly elapsedMs: number;
  readonly activeVus: number;
  readonly iterationsCompleted: number;
}

export class ScenarioRun implements ScenarioProgress {
  readonly plan: ScenarioPlan;
  readonly run: RunState;
  status: ScenarioStatus = 'waiting';
  /** No new iterations from now on. */
  isEnding = false;
  iterationsStarted = 0;
  iterationsCompleted = 0;
  readonly #pool: VuPool;
  readonly #users = new Set<VirtualUser>();
  readonly #sleepers = new Set<() => void>();
  #startedAt = 0;
  #view: ScenarioView | undefined;

  constructor(plan: ScenarioPlan, run: RunState, pool: VuPool) {
    this.plan = plan;
    this.run = run;
    this.#pool = pool;
  }

  get config(): ScenarioConfig {
    return this.plan.config;
  }
  get activeVus(): number {
    return this.#users.size;
  }
  get startedAt(): number {
    return this.#startedAt;
  }
  get elapsedMs(): number {
    return this.status === 'waiting' ? 0 : performance.now() - this.#startedAt;
  }

  begin(progress: () => number): void {
    const { name, executor, tags, env } = this.config;
    this.#startedAt = performance.now();
    this.status = 'running';
    this.#view = { name, executor, tags, env, startTime: Date.now(), progress };
    this.run.onStop(() => {
      this.status = 'interrupted';
      this.endIterations();
      this.interruptAll();
    });
  }

  /** Waits until so many milliseconds after the start; false when iterations must end before that. */
  async wait(untilMs: number): Promise<boolean> {
    const left = untilMs - this.elapsedMs;
    if (left <= 0 || this.isEnding) return !this.isEnding;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, left);
      this.#sleepers.add(wake);
    });
    return !this.isEnding;
  }

  take(): VirtualUser {
    const user = this.#pool.take();
    this.#users.add(user);
    this.run.vusActive++;
    if (this.#view) user.state.enterScenario(this.#view);
    return user;
  }
  takeMany(count: number): VirtualUser[] {
    return Array.from({ length: count }, () => this.take());
  }
  /** A virtual user beyond those that the run began with. */
  async takeNew(): Promise<VirtualUser> {
    await this.#pool.add();
    this.run.vusInitialized++;
    return this.take();
  }
  give(user: VirtualUser): void {
    if (!this.#users.delete(user)) return;
    this.run.vusActive--;
    this.#pool.give(user);
  }

  /** `dueAt` is when the iteration was to start; a timer may have woken us a little before that. */
  async iterate(user: VirtualUser, dueAt = Number.POSITIVE_INFINITY): Promise<void> {
    const { exec, gracefulStopMs } = this.config;
    const iterationInProcess = this.iterationsStarted++;
    const iterationInTest = this.plan.share.numberOf(iterationInProcess);
    const mustEndAt = this.#startedAt + this.plan.durationMs + gracefulStopMs;
    const scheduledAt = Math.min(dueAt, performance.now());
    const completed = await user.iterate({ exec, iterationInProcess, iterationInTest, scheduledAt, mustEndAt });
    if (completed) this.iterationsCompleted++;
  }

  /** One iteration after another until iterations end or `more` says no. */
  async loop(user: VirtualUser, more: () => boolean): Promise<void> {
    while (!this.isEnding && more()) await this.iterate(user);
    this.give(user);
  }

  dropIterations(count: number): void {
    const { builtin } = this.run.metrics;
    const tags = { ...this.run.settings.tags, ...this.config.tags, scenario: this.config.name };
    if (count <= 0) return;
    this.run.iterationsDropped += count;
    builtin.dropped_iterations.add(count, tags);
  }

  endIterations(): void {
    this.isEnding = true;
    for (const wake of [...this.#sleepers]) wake();
  }
  interruptAll(): void {
    for (const user of this.#users) user.interrupt();
  }

  /** Lets what runs come to its end within `gracefulStop`, then interrupts it. */
  async endGracefully(work: readonly Promise<unknown>[]): Promise<void> {
    this.endIterations();
    const all = Promise.all(work);
    const timer = setTimeout(() => this.interruptAll(), this.config.gracefulStopMs);
    if (this.status === 'interrupted') this.interruptAll();
    await all;
    clearTimeout(timer);
    for (const user of [...this.#users]) this.give(user);
    if (this.status === 'running') this.status = 'done';
  }
}
