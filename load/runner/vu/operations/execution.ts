// sleep, timers, console and k6/execution.
import { exitCode, RunFailure, unsupported } from '../../exit-codes.ts';
import type { Level } from '../../run/log.ts';
import type { Operations } from '../operation.ts';
import type { VuState } from '../state.ts';

export const executionOperations: Operations = {
  sleep: (vu, args) => {
    const milliseconds = args.number(1) * 1000;
    return milliseconds > 0 ? vu.events.sleep(milliseconds) : undefined;
  },
  timerStart: (vu, args) => {
    vu.events.startTimer(args.number(1), args.number(2));
    return undefined;
  },
  timerStop: (vu, args) => {
    vu.events.stopTimer(args.number(1));
    return undefined;
  },
  console: (vu, args) => {
    vu.run.log.write(args.text(1) as Level, args.text(2), { source: 'console' });
    return undefined;
  },
  unsupported: (_vu, args) => {
    throw unsupported(`this runner does not support ${args.text(1)}`);
  },
  abort: (_vu, args) => {
    const message = args.optionalText(1);
    throw new RunFailure(exitCode.scriptAborted, message === undefined ? 'test aborted' : `test aborted: ${message}`);
  },
  failTest: (vu, args) => {
    const message = args.optionalText(1);
    vu.run.markedAsFailed = true;
    if (message !== undefined) vu.run.log.write('error', message);
    return undefined;
  },
  setTag: (vu, args) => {
    vu.setTag(args.text(1), args.optionalText(2));
    return undefined;
  },
  info: (vu, args) => {
    const value = views[args.text(1)]?.(vu)[args.text(2)];
    const answer = typeof value === 'function' ? value() : value;
    return JSON.stringify(answer ?? null);
  },
  summaryEntry: (vu, args) => {
    const content = args.isText(2) ? args.text(2) : (args.bytes(2) ?? '');
    vu.summaryEntries.push([args.text(1), content]);
    return undefined;
  },
};

type View = Readonly<Record<string, unknown>>;

const views: Readonly<Record<string, (vu: VuState) => View>> = {
  scenario(vu) {
    const { scenario } = vu;
    if (!scenario) throw new Error('getting scenario information outside of the VU context is not supported');
    const { name, executor, startTime } = scenario;
    const progress = () => scenario.progress();
    const { iterationInProcess: iterationInInstance, iterationInTest } = vu;
    return { name, executor, startTime, progress, iterationInInstance, iterationInTest };
  },
  instance: ({ run }) => ({
    iterationsCompleted: run.iterationsCompleted,
    iterationsInterrupted: run.iterationsInterrupted,
    vusActive: run.vusActive,
    vusInitialized: run.vusInitialized,
    currentTestRunDuration: run.elapsedMs,
  }),
  vu: (vu) => ({
    idInInstance: vu.idInProcess,
    idInTest: vu.id,
    iterationInInstance: vu.iteration,
    iterationInScenario: vu.iterationInScenario,
  }),
  test: ({ run }) => ({ options: run.rawOptions }),
  tags: (vu) => ({ '': vu.tags }),
};
