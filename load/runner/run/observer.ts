// How a module outside the runner watches a run. It is told when the run starts and what came of it; it can't change it.
import type { ExitCode } from '../exit-codes.ts';
import type { SummaryData } from '../summary/data.ts';
import type { Verdict } from '../thresholds/thresholds.ts';
import type { RunnerUse } from './runner-use.ts';
import type { ClientSecond } from './series.ts';

export interface RunObserver {
  /** The clock of the run starts when this has resolved. A throw ends the run before it begins. */
  started(about: RunStart): void | Promise<void>;
  /** Once for every `started`, also when the run was stopped or broke off. The service is still there. */
  ended(result: RunResult): void | Promise<void>;
}

/** What is known before the first request. */
export interface RunStart {
  /** As the user named it: `spike`, `my/script.js`. */
  readonly script: string;
  readonly scriptUrl: string;
  /** `BASE_URL` as the script sees it, or the default of our scenarios, http://localhost:8080. Without a slash at its end. */
  readonly baseUrl: string;
  /** `__ENV` without the variables of the system. */
  readonly env: Readonly<Record<string, string>>;
  /** The service that --with started for this run. */
  readonly service: StartedService | undefined;
  /** Processes of the runner. */
  readonly processes: number;
}

export type ServiceSize = 'embedded' | 'full';

export interface StartedService {
  readonly size: ServiceSize;
  /** Of every process of the service; the first one is BASE_URL. */
  readonly urls: readonly string[];
  readonly opsToken: string;
}

export interface RunResult extends RunStart {
  /** The run's clock, in milliseconds since 1970: setup() is within, creating virtual users is not. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly seconds: readonly ClientSecond[];
  /** Of all processes together; the same object that handleSummary() is given. */
  readonly summary: SummaryData;
  /** By metric name, submetrics as `name{tag:value}`, in the order of the option. */
  readonly thresholds: ReadonlyMap<string, readonly Verdict[]>;
  readonly runner: RunnerUse;
  readonly exitCode: ExitCode;
}
