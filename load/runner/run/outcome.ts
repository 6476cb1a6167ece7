// What went wrong in a run. The first failure decides the exit code, as in k6; the others are only told.
import { type ExitCode, exitCode, RunFailure } from '../exit-codes.ts';
import type { Log } from './log.ts';

export class Outcome {
  readonly #log: Log;
  #first: RunFailure | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  get code(): ExitCode {
    return this.#first?.code ?? exitCode.ok;
  }

  fail(failure: RunFailure): void {
    this.#log.write('error', failure.message);
    this.#first ??= failure;
  }

  /** True when it went well. A failure that is known by name is kept; anything else is a defect and goes on. */
  async attempt(work: () => void | Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof RunFailure)) throw error;
      this.fail(error);
      return false;
    }
  }
}
