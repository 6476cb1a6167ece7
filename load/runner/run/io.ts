// Where a run reads and writes, so that a test can run one in its own process.
import { exitCode } from '../exit-codes.ts';

export interface Io {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Calls back at the first signal to stop; gives the way to stop listening. */
  onInterrupt(listener: () => void): () => void;
}

/** npm's launcher repeats the terminal's signal: what comes so soon is the same wish. */
const SAME_SIGNAL_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const processIo = (): Io => ({
  cwd: process.cwd(),
  env: process.env,
  stdoutIsTty: process.stdout.isTTY === true,
  stderrIsTty: process.stderr.isTTY === true,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  onInterrupt(listener) {
    let firstAt: number | undefined;
    const signalled = () => {
      if (firstAt !== undefined && performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(exitCode.externalAbort);
      if (firstAt === undefined) listener();
      firstAt ??= performance.now();
    };
    for (const signal of SIGNALS) process.on(signal, signalled);
    return () => {
      // A repetition may still come while the summary is written.
      if (firstAt !== undefined) return;
      for (const signal of SIGNALS) process.off(signal, signalled);
    };
  },
});
