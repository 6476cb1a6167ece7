// What the command line asks for.
import type { RawOptions } from '../options/layers.ts';
import type { SummaryMode } from '../summary/output.ts';
import type { StartedService } from './observer.ts';

export interface RunRequest {
  /** As the user named the script. */
  readonly name: string;
  readonly scriptUrl: string;
  readonly fileOptions: RawOptions;
  readonly flagOptions: RawOptions;
  readonly env: Readonly<Record<string, string>>;
  /** What -e gives of it. */
  readonly flagEnv: Readonly<Record<string, string>>;
  /** Only these of the script's scenarios. */
  readonly onlyScenarios: readonly string[] | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly summaryMode: SummaryMode;
  readonly summaryExport: string | undefined;
  /** Console calls of the script go to this file. */
  readonly consoleFile: string | undefined;
  /** That send the load; 1 is this one. */
  readonly processes: number;
  /** The file of the report, absolute. */
  readonly report: string | undefined;
  /** Of the report, and of the verdict. */
  readonly lang: 'en' | 'ko';
  /** The one that --with started for this run. */
  readonly service: StartedService | undefined;
}
