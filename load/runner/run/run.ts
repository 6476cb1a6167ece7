// A run from beginning to end, in the order that k6 documents: init, setup, scenarios, teardown, summary.
import { executeScenarios, scenarioRuns } from '../executors/execute.ts';
import { latestEndMs, type ScenarioPlan, vusNeeded } from '../executors/plan.ts';
import type { ScenarioRun } from '../executors/scenario-run.ts';
import { type ExitCode, exitCode, RunFailure } from '../exit-codes.ts';
import { formatDuration } from '../options/duration.ts';
import { Sources } from '../script/sources.ts';
import { builtInModules, VuFactory } from '../vu/factory.ts';
import { VuPool } from '../vu/pool.ts';
import { nextTurn } from '../vu/turn.ts';
import { configure, type RunPlan } from './configure.ts';
import { endRun } from './ending.ts';
import type { Io } from './io.ts';
import { createLog } from './log.ts';
import type { RunObserver, RunStart } from './observer.ts';
import { Outcome } from './outcome.ts';
import { runSetup, runTeardown } from './phases.ts';
import { Progress } from './progress.ts';
import type { RunRequest } from './request.ts';
import { RunState } from './state.ts';

/** Virtual users to create between two looks at the event loop. */
const CREATED_AT_ONCE = 20;
const COUNT_VUS_EVERY_MS = 1000;
/** What the scenarios in load/ use when they are given none. */
const DEFAULT_BASE_URL = 'http://localhost:8080';

export async function runTest(request: RunRequest, io: Io, observers: readonly RunObserver[] = []): Promise<ExitCode> {
  const { quiet, verbose, consoleFile, noColor } = request;
  const progress = new Progress({ write: io.stderr, isTty: io.stderrIsTty, quiet });
  const write = (text: string) => progress.write(text);
  const log = createLog({ write, color: io.stderrIsTty && !noColor, verbose, consoleFile });
  const run = new RunState(log, new Sources(builtInModules()), request.env);
  const outcome = new Outcome(log);
  await outcome.attempt(() => new TestRun(request, io, progress, run, outcome, observers).execute());
  progress.stop();
  log.flush();
  return outcome.code;
}

class TestRun {
  readonly #request: RunRequest;
  readonly #io: Io;
  readonly #progress: Progress;
  readonly #run: RunState;
  readonly #outcome: Outcome;
  readonly #factory: VuFactory;
  readonly #pool: VuPool;
  readonly #observers: readonly RunObserver[];

  constructor(
    request: RunRequest,
    io: Io,
    progress: Progress,
    run: RunState,
    outcome: Outcome,
    observers: readonly RunObserver[],
  ) {
    this.#request = request;
    this.#io = io;
    this.#progress = progress;
    this.#run = run;
    this.#outcome = outcome;
    this.#observers = observers;
    this.#factory = new VuFactory(run, request.scriptUrl);
    this.#pool = new VuPool(this.#factory);
  }

  async execute(): Promise<void> {
    const run = this.#run;
    const script = await this.#factory.read();
    const plan = configure(this.#request, this.#io.env, run, script);
    if (!this.#request.quiet) this.#io.stderr(announcement(this.#request.name, plan.scenarios));
    await this.#createVus(vusNeeded(plan.scenarios, ({ initialVus }) => initialVus));
    const scenarios = scenarioRuns(plan.scenarios, run, this.#pool);
    const stopListening = this.#io.onInterrupt(() =>
      run.stop(new RunFailure(exitCode.externalAbort, 'the run was stopped by a signal')),
    );
    const about = runStart(this.#request);
    for (const observer of this.#observers) await observer.started(about);
    run.start(this.#observers.length > 0);
    await this.#runScript(plan, scenarios);
    stopListening();
    this.#pool.close();
    const ended = await endRun(run, plan, this.#request, this.#io, this.#factory, this.#outcome);
    const result = { ...about, ...ended, exitCode: this.#outcome.code };
    for (const observer of this.#observers) await this.#outcome.attempt(() => observer.ended(result));
    this.#progress.end(run, scenarios);
  }

  async #createVus(count: number): Promise<void> {
    while (this.#pool.size < count) {
      await this.#pool.add();
      if (this.#pool.size % CREATED_AT_ONCE === 0) await nextTurn();
    }
    this.#run.vusInitialized = this.#pool.size;
  }

  async #runScript(plan: RunPlan, scenarios: readonly ScenarioRun[]): Promise<void> {
    const run = this.#run;
    this.#progress.start(run, scenarios);
    const stopWatching = plan.thresholds.watch(run);
    const stopCounting = countVus(run);
    const ready = !plan.hasSetup || (await this.#outcome.attempt(() => this.#setUp()));
    if (ready && !run.stopReason) await executeScenarios(scenarios);
    // Without what setup() was to prepare there is nothing to tear down.
    if (ready && plan.hasTeardown) await this.#outcome.attempt(() => runTeardown(this.#factory, run));
    stopWatching();
    stopCounting();
    this.#progress.stop();
    run.log.flush();
  }

  async #setUp(): Promise<void> {
    await runSetup(this.#factory, this.#run);
    for (const user of this.#pool.all) user.vm.callSync('setSetupData', this.#factory.setupJson);
  }
}

function announcement(script: string, scenarios: readonly ScenarioPlan[]): string {
  const most = vusNeeded(scenarios, ({ maxVus }) => maxVus);
  const count = scenarios.length === 1 ? '1 scenario' : `${scenarios.length} scenarios`;
  const longest = formatDuration(latestEndMs(scenarios));
  return [
    '  execution: local',
    `     script: ${script}`,
    '     output: -',
    '',
    `  scenarios: (100.00%) ${count}, ${most} max VUs, ${longest} max duration (incl. graceful stop):`,
    ...scenarios.map(({ config, description }) => `           * ${config.name}: ${description}`),
    '\n',
  ].join('\n');
}

function runStart({ name, scriptUrl, env, flagEnv, service }: RunRequest): RunStart {
  const baseUrl = (env.BASE_URL || DEFAULT_BASE_URL).replace(/\/+$/, '');
  return { script: name, scriptUrl, baseUrl, env: flagEnv, service, processes: 1 };
}

/** Once a second: the gauges `vus` and `vus_max`, and what is not a request in the series. */
function countVus(run: RunState): () => void {
  let before = { iterations: 0, droppedIterations: 0, cpuMs: 0 };
  const count = () => {
    const { vus, vus_max: vusMax, dropped_iterations: dropped } = run.metrics.builtin;
    vus.add(run.vusActive, run.settings.tags);
    vusMax.add(run.vusInitialized, run.settings.tags);
    if (!run.series) return;
    const { count: droppedIterations = 0 } = dropped.sink.values(1, []);
    const now = { iterations: run.iterationsCompleted, droppedIterations, cpuMs: run.cpuMs };
    run.series.addTotals({
      activeVus: run.vusActive,
      iterations: now.iterations - before.iterations,
      droppedIterations: now.droppedIterations - before.droppedIterations,
      cpuMs: now.cpuMs - before.cpuMs,
    });
    before = now;
  };
  const timer = setInterval(count, COUNT_VUS_EVERY_MS);
  return () => clearInterval(timer);
}
