// setup(), teardown() and handleSummary(): each in a virtual user of its own, once, with a time limit.
import { exitCode, RunFailure } from '../exit-codes.ts';
import { describeScriptError, ScriptError } from '../vm/script-error.ts';
import type { VuFactory } from '../vu/factory.ts';
import type { Ending, VirtualUser } from '../vu/virtual-user.ts';
import type { RunState } from './state.ts';

export async function runSetup(factory: VuFactory, run: RunState): Promise<void> {
  const timeout = { ms: run.settings.setupTimeoutMs, code: exitCode.setupTimeout, option: 'setupTimeout' };
  const { ending } = await runPhase(factory, run, 'setup', 'runSetup', timeout);
  if (ending.kind === 'returned') factory.setupJson = ending.json;
}

export async function runTeardown(factory: VuFactory, run: RunState): Promise<void> {
  const timeout = { ms: run.settings.teardownTimeoutMs, code: exitCode.teardownTimeout, option: 'teardownTimeout' };
  await runPhase(factory, run, 'teardown', 'runTeardown', timeout);
}

/** What the script wants written, by file name; undefined when it failed. */
export async function runHandleSummary(
  factory: VuFactory,
  run: RunState,
  data: unknown,
): Promise<readonly (readonly [string, string | Uint8Array])[]> {
  const option = 'handleSummaryTimeout';
  const timeout = { ms: run.settings.handleSummaryTimeoutMs, code: exitCode.genericTimeout, option };
  const { user } = await runPhase(factory, run, 'handleSummary', 'runHandleSummary', timeout, JSON.stringify(data));
  try {
    await user.vm.call('summaryEntries');
  } catch (error) {
    throw failure('handleSummary', error as Error);
  }
  return user.state.summaryEntries;
}

interface Timeout {
  readonly ms: number;
  readonly code: RunFailure['code'];
  readonly option: string;
}

async function runPhase(
  factory: VuFactory,
  run: RunState,
  name: string,
  entry: string,
  timeout: Timeout,
  ...args: string[]
): Promise<{ ending: Ending; user: VirtualUser }> {
  const user = await factory.create(0);
  if (name !== 'handleSummary') user.state.beginPhase(name);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    user.interrupt();
  }, timeout.ms);
  if (name === 'setup') run.onStop(() => user.interrupt());
  const startedAt = performance.now();
  const mustEndAt = startedAt + timeout.ms;
  const ending = await user.execute(mustEndAt, entry, ...args);
  clearTimeout(timer);
  if (name !== 'handleSummary') {
    // As k6 does, which its documentation has a page about: setup and teardown count as iteration durations.
    user.state.sample(run.metrics.builtin.iteration_duration, performance.now() - startedAt);
    user.state.sendTraffic();
  }
  user.state.closeConnections();
  if (ending.kind === 'threw') throw failure(name, ending.error);
  if (timedOut || (ending.kind === 'interrupted' && performance.now() >= mustEndAt)) {
    const seconds = timeout.ms / 1000;
    throw new RunFailure(
      timeout.code,
      `${name}() execution timed out after ${seconds} seconds; raise ${timeout.option}`,
    );
  }
  return { ending, user };
}

function failure(name: string, error: Error): RunFailure {
  const text = error instanceof ScriptError ? describeScriptError(error.shape) : error.message;
  return error instanceof RunFailure ? error : new RunFailure(exitCode.scriptException, `${name}(): ${text}`);
}
