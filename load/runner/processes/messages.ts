// What the process that a person started and those that send the load tell each other.
import type { ExitCode } from '../exit-codes.ts';
import type { GroupCounts } from '../metrics/groups.ts';
import type { MetricSamples } from '../metrics/registry.ts';
import type { RunRequest } from '../run/request.ts';
import type { RawSecond } from '../run/series.ts';

export type Order =
  | {
      readonly do: 'prepare';
      readonly request: RunRequest;
      /** K6_* variables are options. */
      readonly env: NodeJS.ProcessEnv;
      readonly index: number;
      readonly count: number;
      readonly color: boolean;
    }
  | { readonly do: 'go'; readonly setupJson: string | undefined; readonly seriesFrom: number | undefined }
  | { readonly do: 'stop' };

export type Report =
  | { readonly said: 'ready'; readonly vus: number }
  | { readonly said: 'log'; readonly text: string }
  | { readonly said: 'progress'; readonly progress: ProcessProgress }
  /** Something in a script ends the whole run. */
  | { readonly said: 'stop'; readonly code: ExitCode; readonly message: string }
  /** It could not even begin, or broke. */
  | { readonly said: 'failed'; readonly code: ExitCode | undefined; readonly message: string }
  | { readonly said: 'done'; readonly progress: ProcessProgress; readonly ended: ProcessEnd };

export interface ProcessProgress {
  readonly vusActive: number;
  readonly vusInitialized: number;
  readonly iterationsCompleted: number;
  readonly iterationsInterrupted: number;
  readonly scenarios: readonly ScenarioCount[];
  /** Since the last time. */
  readonly samples: readonly MetricSamples[];
}

export interface ScenarioCount {
  readonly name: string;
  readonly activeVus: number;
  readonly iterationsCompleted: number;
}

export interface ProcessEnd {
  readonly groups: GroupCounts;
  readonly series: readonly RawSecond[] | undefined;
  readonly markedAsFailed: boolean;
  readonly cpuMs: number;
}
