// What was seen of a run, before anything is made of it: the client's seconds, the server's, and the machine's.
import type { RunnerUse } from '../runner/run/runner-use.ts';
import type { ClientSecond } from '../runner/run/series.ts';
import type { SummaryMetric } from '../runner/summary/data.ts';
import type { ServerSecond } from './server/second.ts';

export interface RunRecord {
  /** As the user named it. */
  readonly script: string;
  readonly baseUrl: string;
  /** What -e gave. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exitCode: number;
  readonly runner: RunnerUse;
  readonly client: readonly ClientSecond[];
  /** k6's metrics at the end, by name. */
  readonly metrics: Readonly<Record<string, SummaryMetric>>;
  readonly server: ServerSide;
  readonly machine: Machine;
  /** Null: it could not be asked. */
  readonly audit: Audit | null;
}

export interface ServerSide {
  readonly isJari: boolean;
  /** The size of the service that --with started. */
  readonly size: string | null;
  /** The processes that were looked at, by the names that they give themselves. */
  readonly processes: readonly string[];
  /** Processes that are known to be there; null where a URL may have several behind it. */
  readonly processCount: number | null;
  /** On the client's axis. Seconds that could not be seen are missing. */
  readonly seconds: readonly ServerSecond[];
  /** Why there is nothing, or not all. */
  readonly silence: 'NO_METRICS' | 'NO_TOKEN' | 'WRONG_TOKEN' | 'NO_ANSWER' | null;
}

/** The machine of the runner, and of a service on loopback too. */
export interface Machine {
  readonly processors: number;
  readonly isServices: boolean;
  readonly busy: readonly { readonly second: number /** Share of all processors. */; readonly share: number }[];
}

export interface Audit {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}
