// A virtual user: its own VM with its own copy of the script, running one function at a time to its end.
import { RunFailure } from '../exit-codes.ts';
import { describeScriptError, ScriptError } from '../vm/script-error.ts';
import type { HostValue } from '../vm/values.ts';
import { Interrupted, type Vm } from '../vm/vm.ts';
import type { VuEvent } from './events.ts';
import type { ScriptHost } from './script-host.ts';
import type { VuState } from './state.ts';
import { nextTurn } from './turn.ts';

/** A VM in which the script has been read, and its exports. */
export interface LoadedScript {
  readonly vm: Vm;
  readonly host: ScriptHost;
}

export interface IterationWork {
  /** The exported function to run. */
  readonly exec: string;
  /** Counted over all virtual users of the scenario, in this process and in all. */
  readonly iterationInProcess: number;
  readonly iterationInTest: number;
  /** `performance.now()` at which the iteration was to start; its duration counts from there. */
  readonly scheduledAt: number;
  /** `performance.now()` at which it is interrupted at the latest. */
  readonly mustEndAt: number;
}

/** How a function ended: with its value as JSON, with an error of the script, or because it had to. */
export type Ending =
  | { readonly kind: 'returned'; readonly json: string | undefined }
  | { readonly kind: 'threw'; readonly error: Error }
  | { readonly kind: 'interrupted' };

export class VirtualUser {
  readonly state: VuState;
  readonly #load: () => Promise<LoadedScript>;
  #script: LoadedScript;
  #running = false;

  constructor(state: VuState, script: LoadedScript, load: () => Promise<LoadedScript>) {
    this.state = state;
    this.#script = script;
    this.#load = load;
  }

  get vm(): Vm {
    return this.#script.vm;
  }

  /** Runs one iteration and counts it; false when it was interrupted. */
  async iterate({
    exec,
    iterationInProcess,
    iterationInTest,
    scheduledAt,
    mustEndAt,
  }: IterationWork): Promise<boolean> {
    const { state } = this;
    const { run } = state;
    state.beginIteration();
    state.iterationInProcess = iterationInProcess;
    state.iterationInTest = iterationInTest;
    const ending = await this.execute(mustEndAt, 'runIteration', exec, state.iteration);
    const endedAt = performance.now();
    if (ending.kind === 'threw') this.#complain(ending.error);
    if (ending.kind === 'interrupted') run.iterationsInterrupted++;
    else {
      run.iterationsCompleted++;
      state.sample(run.metrics.builtin.iteration_duration, endedAt - scheduledAt);
      state.sample(run.metrics.builtin.iterations, 1);
    }
    state.sendTraffic();
    if (run.settings.noVuConnectionReuse) state.closeConnections();
    if (ending.kind !== 'interrupted') await this.#rest(run.settings.minIterationDurationMs - (endedAt - scheduledAt));
    return ending.kind !== 'interrupted';
  }

  /** Ends what is running now, at its next breath. */
  interrupt(): void {
    if (!this.#running) return;
    this.vm.interrupted = true;
    this.state.events.interrupt();
  }

  /** Runs a function of the prelude that starts one of the script, until nothing of it is left to happen. */
  async execute(mustEndAt: number, entry: string, ...args: HostValue[]): Promise<Ending> {
    const { vm, host } = this.#script;
    const { events } = this.state;
    vm.interrupted = false;
    vm.mustEndAt = mustEndAt;
    events.hasWaited = false;
    this.#running = true;
    let ending: Ending;
    try {
      ending = { kind: 'returned', json: await this.#untilQuiet(entry, args) };
    } catch (error) {
      ending = await this.#ending(error as Error);
    }
    this.#running = false;
    vm.mustEndAt = Number.POSITIVE_INFINITY;
    for (const reason of host.takeRejections())
      this.#complain(new Error(`Uncaught (in promise) ${describeScriptError(reason)}`));
    if (ending.kind !== 'returned') await this.#forget();
    // A script that never waits would keep timers and sockets of all the others from being served.
    if (!events.hasWaited) await nextTurn();
    return ending;
  }

  async #untilQuiet(entry: string, args: HostValue[]): Promise<string | undefined> {
    const { vm } = this;
    const { events } = this.state;
    const settled = await vm.call(entry, ...args);
    await vm.runJobs();
    while (events.isExpecting) {
      await this.#deliver(await events.next());
      await vm.runJobs();
    }
    if (settled === true && entry === 'runIteration') return undefined;
    const json = await vm.call('result');
    return typeof json === 'string' ? json : undefined;
  }

  async #deliver(event: VuEvent): Promise<void> {
    if (event.kind === 'timer') await this.vm.call('fireTimer', event.id);
    else {
      const [status, details, body] = (event.answer ?? []) as HostValue[];
      await this.vm.call('settleAsync', event.id, event.failure, status, details, body);
    }
  }

  async #ending(error: Error): Promise<Ending> {
    const { vm } = this;
    const wasInterrupted = vm.interrupted;
    this.state.events.clear();
    if (error instanceof RunFailure) {
      vm.failure = undefined;
      this.state.run.stop(error);
      return { kind: 'interrupted' };
    }
    if (!(error instanceof ScriptError) && !(error instanceof Interrupted)) {
      // V8's own stack overflowed inside the VM, which leaves it in no state to go on.
      this.#script = await this.#load();
      return { kind: 'threw', error };
    }
    return wasInterrupted || error instanceof Interrupted ? { kind: 'interrupted' } : { kind: 'threw', error };
  }

  /** Unwinds what is left of the function, so that nothing of it happens during the next one. */
  async #forget(): Promise<void> {
    const { vm } = this;
    vm.interrupted = true;
    for (let tries = 0; tries < 1000; tries++) {
      try {
        await vm.runJobs();
        break;
      } catch {
        // Each job throws as soon as it begins.
      }
    }
    vm.interrupted = false;
    vm.callSync('forget');
    this.#script.host.takeRejections();
  }

  async #rest(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    this.#running = true;
    await this.state.events.sleep(milliseconds).catch(() => undefined);
    this.#running = false;
  }

  #complain(error: Error): void {
    const { run, scenario } = this.state;
    const message = error instanceof ScriptError ? describeScriptError(error.shape) : error.message;
    const where = scenario && { executor: scenario.executor, scenario: scenario.name };
    run.log.write('error', message, { ...where, source: 'stacktrace' });
  }
}
