// The exit codes k6 documents (its errext/exitcodes package), so that a pipeline written for k6 reads ours unchanged.
export const exitCode = {
  ok: 0,
  thresholdsFailed: 99,
  setupTimeout: 100,
  teardownTimeout: 101,
  genericTimeout: 102,
  invalidConfig: 104,
  externalAbort: 105,
  scriptException: 107,
  scriptAborted: 108,
  markedAsFailed: 110,
  /** k6 leaves bad flags and missing files to its command-line library, which exits with -1. */
  usage: 255,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** A reason to end the run that is known by name: printed as one line, without the runner's own stack. */
export class RunFailure extends Error {
  readonly code: ExitCode;
  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const invalidConfig = (message: string) => new RunFailure(exitCode.invalidConfig, message);
export const usageError = (message: string) => new RunFailure(exitCode.usage, message);
export const unsupported = (message: string) => new RunFailure(exitCode.scriptException, message);
