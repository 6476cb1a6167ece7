// The open-model executors: iterations arrive when the schedule says so, whether or not earlier ones have ended. Their
// durations count from the scheduled start, so that a late start shows as time that a user waited; an iteration that
// finds no free virtual user is dropped and counted.
import type { ArrivalRate } from '../options/scenarios.ts';
import { nextTurn } from '../vu/turn.ts';
import type { VirtualUser } from '../vu/virtual-user.ts';
import { arrivals } from './ramps.ts';
import type { ScenarioRun } from './scenario-run.ts';

export async function arrivalRate(scenario: ScenarioRun, config: ArrivalRate): Promise<void> {
  const crew = new Crew(scenario, config);
  let number = 0;
  for (const atMs of arrivals(config.startRate, config.stages)) {
    if (!scenario.plan.share.has(number++)) continue;
    if (!(await scenario.wait(atMs))) break;
    await crew.start(scenario.startedAt + atMs);
  }
  await scenario.wait(scenario.plan.durationMs);
  await scenario.endGracefully([crew.idle()]);
}

/** The virtual users of an arrival-rate scenario: who is free, who is at work. */
class Crew {
  readonly #scenario: ScenarioRun;
  readonly #maxVus: number;
  readonly #free: VirtualUser[];
  readonly #working = new Set<Promise<void>>();
  #size: number;
  #growing: Promise<void> | undefined;
  #hasWarned = false;
  #lookedAt = 0;

  constructor(scenario: ScenarioRun, config: ArrivalRate) {
    this.#scenario = scenario;
    this.#maxVus = config.maxVus;
    this.#size = config.preAllocatedVus;
    this.#free = scenario.takeMany(config.preAllocatedVus);
  }

  async start(scheduledAt: number): Promise<void> {
    // Answers that have arrived may set somebody free. One look does for everything that was due by then: on a busy
    // machine a look takes longer than the next arrival, and what is put off so would all come at once later.
    if (this.#free.length === 0 && scheduledAt > this.#lookedAt) {
      await nextTurn();
      this.#lookedAt = performance.now();
    }
    const user = this.#free.shift();
    if (!user) {
      this.#scenario.dropIterations(1);
      this.#grow();
      return;
    }
    const work = this.#scenario.iterate(user, scheduledAt).then(() => {
      this.#working.delete(work);
      this.#free.push(user);
    });
    this.#working.add(work);
  }

  async idle(): Promise<void> {
    await this.#growing;
    await Promise.all(this.#working);
  }

  #grow(): void {
    if (this.#growing) return;
    if (this.#size < this.#maxVus) {
      this.#size++;
      this.#growing = this.#scenario.takeNew().then((user) => {
        this.#growing = undefined;
        this.#free.push(user);
      });
    } else if (!this.#hasWarned) {
      this.#hasWarned = true;
      const { executor, name } = this.#scenario.config;
      const message = `Insufficient VUs, reached ${this.#maxVus} active VUs and cannot initialize more`;
      this.#scenario.run.log.write('warning', message, { executor, scenario: name });
    }
  }
}
