// Runs the scenarios in several processes, and puts together what they measure: every sample, so that the summary of
// the whole is exact.
import type { ScenarioPlan } from '../executors/plan.ts';
import type { ScenarioProgress, ScenarioStatus } from '../executors/scenario-run.ts';
import { addCounts } from '../metrics/groups.ts';
import type { Engine } from '../run/engine.ts';
import type { Io } from '../run/io.ts';
import type { RunRequest } from '../run/request.ts';
import type { RunState } from '../run/state.ts';
import { LoadProcess } from './load-process.ts';
import type { ProcessEnd, ProcessProgress } from './messages.ts';

export class ProcessesEngine implements Engine {
  readonly scenarios: readonly RemoteScenario[];
  readonly #run: RunState;
  readonly #processes: readonly LoadProcess[];
  readonly #order: { request: RunRequest; env: NodeJS.ProcessEnv; count: number; color: boolean };

  constructor(run: RunState, plans: readonly ScenarioPlan[], request: RunRequest, io: Io) {
    this.#run = run;
    this.#order = {
      request,
      env: io.env,
      count: request.processes,
      color: io.stderrIsTty && !request.noColor,
    };
    this.scenarios = plans.map((plan) => new RemoteScenario(plan, run));
    this.#processes = Array.from(
      { length: request.processes },
      () =>
        new LoadProcess({
          log: (text) => run.log.raw(text),
          progress: (progress) => this.#take(progress),
          stop: (failure) => run.stop(failure),
        }),
    );
  }

  async prepare(): Promise<void> {
    const prepared = this.#processes.map((each, index) => each.prepare({ do: 'prepare', ...this.#order, index }));
    // All of them, so that none is left half-way when another one fails.
    const failed = (await Promise.allSettled(prepared)).find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    this.#count();
  }

  async execute(setupJson: string | undefined): Promise<void> {
    const run = this.#run;
    for (const scenario of this.scenarios) scenario.begin();
    run.onStop(() => {
      for (const each of this.#processes) each.order({ do: 'stop' });
      for (const scenario of this.scenarios) scenario.status = 'interrupted';
    });
    const seriesFrom = run.series?.startedAt;
    const ends = await Promise.all(this.#processes.map((each) => each.run({ do: 'go', setupJson, seriesFrom })));
    for (const end of ends) if (end) this.#finish(end);
    for (const scenario of this.scenarios) scenario.end();
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.close()));
  }

  #take({ samples }: ProcessProgress): void {
    this.#run.metrics.merge(samples);
    this.#count();
  }

  #count(): void {
    const latest = this.#processes.map(({ latest }) => latest);
    const sum = (of: (progress: ProcessProgress) => number) => latest.reduce((total, each) => total + of(each), 0);
    this.#run.vusActive = sum(({ vusActive }) => vusActive);
    this.#run.vusInitialized = sum(({ vusInitialized }) => vusInitialized);
    this.#run.iterationsCompleted = sum(({ iterationsCompleted }) => iterationsCompleted);
    this.#run.iterationsInterrupted = sum(({ iterationsInterrupted }) => iterationsInterrupted);
    for (const scenario of this.scenarios)
      scenario.count(latest.flatMap(({ scenarios }) => scenarios.filter(({ name }) => name === scenario.config.name)));
  }

  #finish({ groups, series, markedAsFailed, cpuMs }: ProcessEnd): void {
    addCounts(this.#run.groups, groups);
    if (series) this.#run.series?.merge(series);
    if (markedAsFailed) this.#run.markedAsFailed = true;
    this.#run.cpuMsElsewhere += cpuMs;
  }
}

/** A scenario as all processes together run it. */
class RemoteScenario implements ScenarioProgress {
  readonly plan: ScenarioPlan;
  status: ScenarioStatus = 'waiting';
  activeVus = 0;
  iterationsCompleted = 0;
  readonly #run: RunState;
  #begunAt = 0;

  constructor(plan: ScenarioPlan, run: RunState) {
    this.plan = plan;
    this.#run = run;
  }

  get config() {
    return this.plan.config;
  }
  get elapsedMs(): number {
    if (this.status === 'waiting') return 0;
    return Math.max(0, this.#run.elapsedMs - this.#begunAt - this.config.startTimeMs);
  }

  begin(): void {
    this.#begunAt = this.#run.elapsedMs;
    this.status = 'running';
  }
  count(counts: readonly { readonly activeVus: number; readonly iterationsCompleted: number }[]): void {
    this.activeVus = counts.reduce((sum, each) => sum + each.activeVus, 0);
    this.iterationsCompleted = counts.reduce((sum, each) => sum + each.iterationsCompleted, 0);
  }
  end(): void {
    if (this.status === 'running') this.status = 'done';
  }
}
