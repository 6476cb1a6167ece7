// The closed-model executors: a virtual user starts its next iteration when its last one has ended.
import type { ConstantVus, Iterations, RampingVus } from '../options/scenarios.ts';
import { vuSteps } from './ramps.ts';
import type { ScenarioRun } from './scenario-run.ts';

export async function constantVus(scenario: ScenarioRun, { vus, durationMs }: ConstantVus): Promise<void> {
  const loops = scenario.takeMany(vus).map((user) => scenario.loop(user, () => true));
  await scenario.wait(durationMs);
  await scenario.endGracefully(loops);
}

export async function perVuIterations(scenario: ScenarioRun, config: Iterations): Promise<void> {
  const loops = scenario.takeMany(config.vus).map((user) => {
    let left = config.iterations;
    return scenario.loop(user, () => left-- > 0);
  });
  await untilDoneOrTimeout(scenario, loops, config);
  scenario.dropIterations(config.vus * config.iterations - scenario.iterationsStarted);
}

export async function sharedIterations(scenario: ScenarioRun, config: Iterations): Promise<void> {
  const more = () => scenario.iterationsStarted < config.iterations;
  const loops = scenario.takeMany(config.vus).map((user) => scenario.loop(user, more));
  await untilDoneOrTimeout(scenario, loops, config);
  scenario.dropIterations(config.iterations - scenario.iterationsStarted);
}

async function untilDoneOrTimeout(scenario: ScenarioRun, loops: Promise<void>[], config: Iterations): Promise<void> {
  const done = Promise.all(loops).then(() => scenario.endIterations());
  await scenario.wait(config.maxDurationMs);
  await scenario.endGracefully([...loops, done]);
}

export async function rampingVus(scenario: ScenarioRun, config: RampingVus): Promise<void> {
  const slots: Slot[] = [];
  for (const { atMs, target: ofAll } of vuSteps(config.startVus, config.stages)) {
    if (!(await scenario.wait(atMs))) break;
    const target = scenario.plan.share.of(ofAll);
    while (slots.length < target) slots.push(new Slot(scenario, config.gracefulRampDownMs));
    slots.forEach((slot, index) => {
      if (index < target) slot.start();
      else slot.stop();
    });
  }
  await scenario.wait(scenario.plan.durationMs);
  await scenario.endGracefully(slots.map((slot) => slot.end()));
}

/** The place of one virtual user on the ramp: occupied while the ramp is at least this high. */
class Slot {
  readonly #scenario: ScenarioRun;
  readonly #graceMs: number;
  #wanted = false;
  #loop: Promise<void> | undefined;
  #interruption: NodeJS.Timeout | undefined;

  constructor(scenario: ScenarioRun, graceMs: number) {
    this.#scenario = scenario;
    this.#graceMs = graceMs;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    clearTimeout(this.#interruption);
    this.#loop ??= this.#run();
  }

  stop(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#interruption = setTimeout(() => this.#interrupt?.(), this.#graceMs);
  }

  /** Resolves when its virtual user is free. */
  async end(): Promise<void> {
    await this.#loop;
    clearTimeout(this.#interruption);
  }

  #interrupt: (() => void) | undefined;

  async #run(): Promise<void> {
    const user = this.#scenario.take();
    this.#interrupt = () => user.interrupt();
    await this.#scenario.loop(user, () => this.#wanted);
    this.#interrupt = undefined;
    this.#loop = undefined;
  }
}
