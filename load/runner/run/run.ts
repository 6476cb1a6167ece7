// A run from beginning to end, in the order that k6 documents: init, setup, scenarios, teardown, summary.
import { latestEndMs, type ScenarioPlan, vusNeeded } from '../executors/plan.ts';
import { type ExitCode, exitCode, RunFailure } from '../exit-codes.ts';
import { formatDuration } from '../options/duration.ts';
import { ProcessesEngine } from '../processes/engine.ts';
import { Sources } from '../script/sources.ts';
import { builtInModules, VuFactory } from '../vu/factory.ts';
import { configure, type RunPlan } from './configure.ts';
import { countEverySecond } from './counting.ts';
import { endRun } from './ending.ts';
import { type Engine, LocalEngine } from './engine.ts';
import type { Io } from './io.ts';
import { createLog } from './log.ts';
import type { RunObserver, RunStart } from './observer.ts';
import { Outcome } from './outcome.ts';
import { runSetup, runTeardown } from './phases.ts';
import { Progress } from './progress.ts';
import type { RunRequest } from './request.ts';
import { ClientSeries } from './series.ts';
import { RunState } from './state.ts';

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
  }

  async execute(): Promise<void> {
    const run = this.#run;
    const script = await this.#factory.read();
    const plan = configure(this.#request, this.#io.env, run, script);
    if (!this.#request.quiet) this.#io.stderr(announcement(this.#request.name, plan.scenarios));
    const engine = this.#engine(plan);
    const stopListening = this.#io.onInterrupt(() =>
      run.stop(new RunFailure(exitCode.externalAbort, 'the run was stopped by a signal')),
    );
    try {
      await engine.prepare();
      await this.#runPrepared(plan, engine, stopListening);
    } finally {
      stopListening();
      await engine.close();
    }
  }

  #engine({ scenarios }: RunPlan): Engine {
    const request = this.#request;
    return request.processes > 1
      ? new ProcessesEngine(this.#run, scenarios, request, this.#io)
      : new LocalEngine(this.#run, scenarios, this.#factory);
  }

  async #runPrepared(plan: RunPlan, engine: Engine, stopListening: () => void): Promise<void> {
    const run = this.#run;
    const about = runStart(this.#request);
    for (const observer of this.#observers) await observer.started(about);
    run.start();
    if (this.#observers.length > 0) run.series = new ClientSeries(run.startedAt);
    if (!run.stopReason) await this.#runScript(plan, engine);
    stopListening();
    await engine.close();
    const ended = await endRun(run, plan, this.#request, this.#io, this.#factory, this.#outcome);
    const result = { ...about, ...ended, exitCode: this.#outcome.code };
    for (const observer of this.#observers) await this.#outcome.attempt(() => observer.ended(result));
    this.#progress.end(run, engine.scenarios);
  }

  async #runScript(plan: RunPlan, engine: Engine): Promise<void> {
    const run = this.#run;
    this.#progress.start(run, engine.scenarios);
    const stopWatching = plan.thresholds.watch(run);
    const stopCounting = countEverySecond(run, { gauges: true, users: this.#request.processes === 1 });
    const ready = !plan.hasSetup || (await this.#outcome.attempt(() => runSetup(this.#factory, run)));
    if (ready && !run.stopReason) await engine.execute(this.#factory.setupJson);
    // Without what setup() was to prepare there is nothing to tear down.
    if (ready && plan.hasTeardown) await this.#outcome.attempt(() => runTeardown(this.#factory, run));
    stopWatching();
    stopCounting();
    this.#progress.stop();
    run.log.flush();
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

function runStart({ name, scriptUrl, env, flagEnv, service, processes }: RunRequest): RunStart {
  const baseUrl = (env.BASE_URL || DEFAULT_BASE_URL).replace(/\/+$/, '');
  return { script: name, scriptUrl, baseUrl, env: flagEnv, service, processes };
}
