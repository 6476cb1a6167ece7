import { lateAfterMilliseconds } from '../../monitor/areas/scheduler.ts';
import type { Entry } from '../incident.ts';
import { entry, isUnwell, type Response, type Situation } from './response.ts';

export interface RescueOptions {
  /** Runs a job of the scheduler once, here and now. Harmless when another process does it too. */
  run(job: string): Promise<unknown>;
}

/**
 * Runs the jobs that no scheduler runs in time, each second, until one does again. It does not count as a run: while
 * no scheduler works, the incident stays open and somebody is told.
 */
export class Rescue implements Response {
  readonly name = 'rescue';
  readonly #options: RescueOptions;
  readonly #underWay = new Set<string>();
  #lateBefore = new Set<string>();
  readonly #runs = new Map<string, number>();
  inForce = false;

  constructor(options: RescueOptions) {
    this.#options = options;
  }

  follow(situation: Situation): Entry[] {
    const wanted = isUnwell(situation, ['SCHEDULER_STALLED']);
    if (!wanted) return this.#end();
    // Twice in a row: a scheduler that was frozen and wakes up has its own ticks to make first.
    const now = situation.latest.jobs.filter((job) => job.sinceLastRunMilliseconds > lateAfterMilliseconds(job));
    const late = now.filter(({ name }) => this.#lateBefore.has(name));
    this.#lateBefore = new Set(now.map(({ name }) => name));
    for (const { name } of late) this.#run(name);
    if (late.length === 0 || this.inForce) return [];
    this.inForce = true;
    return [entry(this.name, 'ON', { jobs: late.map(({ name }) => name) })];
  }

  #end(): Entry[] {
    if (!this.inForce) return [];
    this.inForce = false;
    const runs = Object.fromEntries(this.#runs);
    this.#runs.clear();
    return [entry(this.name, 'OFF', { runs })];
  }

  #run(job: string): void {
    if (this.#underWay.has(job)) return;
    this.#underWay.add(job);
    this.#options
      .run(job)
      .then(
        () => void this.#runs.set(job, (this.#runs.get(job) ?? 0) + 1),
        () => {}, // it is late again a second later
      )
      .finally(() => this.#underWay.delete(job));
  }
}
