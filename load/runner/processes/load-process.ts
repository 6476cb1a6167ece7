// The other end of a worker: one process that sends load, seen from the process that a person started.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { exitCode, RunFailure } from '../exit-codes.ts';
import type { Order, ProcessEnd, ProcessProgress, Report } from './messages.ts';

/** As `npm run load` starts the runner itself. */
const NODE_FLAGS = ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'];

export interface LoadProcessListener {
  log(text: string): void;
  progress(progress: ProcessProgress): void;
  /** The run must end, for everybody. */
  stop(failure: RunFailure): void;
}

const nothing: ProcessProgress = {
  vusActive: 0,
  vusInitialized: 0,
  iterationsCompleted: 0,
  iterationsInterrupted: 0,
  scenarios: [],
  samples: [],
};

export class LoadProcess {
  latest = nothing;
  readonly #child: ChildProcess;
  readonly #listener: LoadProcessListener;
  readonly #exited: Promise<void>;
  readonly #prepared = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<ProcessEnd | undefined>();
  #isClosing = false;

  constructor(listener: LoadProcessListener) {
    this.#listener = listener;
    this.#child = fork(join(import.meta.dirname, 'worker.ts'), [], {
      execArgv: NODE_FLAGS,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (report: Report) => this.#hear(report));
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        if (!this.#isClosing)
          this.#fail(new RunFailure(exitCode.scriptException, tooEarly(signal ?? `exit code ${code}`)));
        resolve();
      });
    });
    // Whoever waits for it is told; nobody may be waiting yet.
    this.#prepared.promise.catch(() => undefined);
  }

  prepare(order: Order & { do: 'prepare' }): Promise<void> {
    this.order(order);
    return this.#prepared.promise;
  }

  /** What it has measured in the end; undefined when it broke. */
  run(order: Order & { do: 'go' }): Promise<ProcessEnd | undefined> {
    this.order(order);
    return this.#ended.promise;
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  #hear(report: Report): void {
    if (report.said === 'log') this.#listener.log(report.text);
    else if (report.said === 'stop') this.#listener.stop(new RunFailure(report.code, report.message));
    else if (report.said === 'failed')
      this.#fail(new RunFailure(report.code ?? exitCode.scriptException, report.message));
    else if (report.said === 'ready') {
      this.latest = { ...nothing, vusInitialized: report.vus };
      this.#prepared.resolve();
    } else {
      this.#take(report.progress);
      if (report.said === 'done') this.#ended.resolve(report.ended);
    }
  }

  #take(progress: ProcessProgress): void {
    this.latest = progress;
    this.#listener.progress(progress);
  }

  #fail(failure: RunFailure): void {
    this.#prepared.reject(failure);
    this.#listener.stop(failure);
    this.#ended.resolve(undefined);
  }
}

const tooEarly = (how: string) => `a process of the runner ended too early (${how})`;
