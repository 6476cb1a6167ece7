// A process that sends its share of the load of a run, and reports to the process that a person started.
import { planOfShare } from '../executors/plan.ts';
import { Share } from '../executors/share.ts';
import { exitCode, RunFailure } from '../exit-codes.ts';
import { countsOf } from '../metrics/groups.ts';
import { configure } from '../run/configure.ts';
import { countEverySecond } from '../run/counting.ts';
import { LocalEngine } from '../run/engine.ts';
import { createLog } from '../run/log.ts';
import { ClientSeries } from '../run/series.ts';
import { RunState } from '../run/state.ts';
import { Sources } from '../script/sources.ts';
import { builtInModules, VuFactory } from '../vu/factory.ts';
import type { Order, ProcessProgress, Report } from './messages.ts';

const REPORTS_EVERY_MS = 1000;

class Worker {
  readonly #run: RunState;
  readonly #engine: LocalEngine;
  #stopWasOrdered = false;

  private constructor(run: RunState, engine: LocalEngine) {
    this.#run = run;
    this.#engine = engine;
  }

  static async prepare({ request, env, index, count, color }: Order & { do: 'prepare' }): Promise<Worker> {
    // The first process reads the script too, and says what there is to say about it.
    let isHeard = false;
    const write = (text: string) => isHeard && report({ said: 'log', text });
    const log = createLog({ write, color, verbose: request.verbose, consoleFile: request.consoleFile });
    const run = new RunState(log, new Sources(builtInModules()), request.env);
    const factory = new VuFactory(run, request.scriptUrl);
    const plan = configure(request, env, run, await factory.read(), count);
    log.flush();
    isHeard = true;
    const share = new Share(index, count);
    const plans = plan.scenarios.flatMap((whole) => planOfShare(whole, share) ?? []);
    const engine = new LocalEngine(run, plans, factory, share);
    await engine.prepare();
    report({ said: 'ready', vus: run.vusInitialized });
    return new Worker(run, engine);
  }

  async go({ setupJson, seriesFrom }: Order & { do: 'go' }): Promise<void> {
    const run = this.#run;
    run.onStop(() => this.#tellOfStop());
    run.start();
    if (seriesFrom !== undefined) run.series = new ClientSeries(seriesFrom);
    const stopCounting = countEverySecond(run, { gauges: false, users: true });
    const timer = setInterval(() => report({ said: 'progress', progress: this.#progress() }), REPORTS_EVERY_MS);
    await this.#engine.execute(setupJson);
    clearInterval(timer);
    stopCounting();
    run.log.flush();
    await this.#engine.close();
    const { groups, markedAsFailed, series, cpuMs } = run;
    const ended = { groups: countsOf(groups), series: series?.raw, markedAsFailed, cpuMs };
    report({ said: 'done', progress: this.#progress(), ended });
  }

  stop(): void {
    this.#stopWasOrdered = true;
    this.#run.stop(new RunFailure(exitCode.externalAbort, 'stopped'));
  }

  #tellOfStop(): void {
    const reason = this.#run.stopReason;
    if (reason && !this.#stopWasOrdered) report({ said: 'stop', code: reason.code, message: reason.message });
  }

  #progress(): ProcessProgress {
    const { vusActive, vusInitialized, iterationsCompleted, iterationsInterrupted, metrics } = this.#run;
    const scenarios = this.#engine.scenarios.map((scenario) => ({
      name: scenario.config.name,
      activeVus: scenario.activeVus,
      iterationsCompleted: scenario.iterationsCompleted,
    }));
    const samples = metrics.take();
    return { vusActive, vusInitialized, iterationsCompleted, iterationsInterrupted, scenarios, samples };
  }
}

function report(what: Report): void {
  if (process.connected) process.send?.(what);
}

let worker: Promise<Worker> | undefined;

async function obey(order: Order): Promise<void> {
  if (order.do === 'prepare') worker = Worker.prepare(order);
  const ready = await worker;
  if (order.do === 'go') await ready?.go(order);
  if (order.do === 'stop') ready?.stop();
}

process.on('message', (order: Order) => {
  obey(order).catch((error: Error) => {
    const known = error instanceof RunFailure;
    const message = known ? error.message : (error.stack ?? error.message);
    report({ said: 'failed', code: known ? error.code : undefined, message });
  });
});
// The first process decides when the run ends, and takes this one along when it is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
