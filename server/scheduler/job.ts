/** Something to do every now and then. Running it twice, or in two processes at once, must be harmless. */
export interface Job {
  /** Unique; names it in the checklist and the metrics. */
  name: string;
  everyMilliseconds: number;
  run(): Promise<unknown>;
  /** After this the run counts as failed. Default: the scheduler's. */
  timeoutMilliseconds?: number;
}

/** What the checklist knows of a job. */
export interface JobState {
  name: string;
  everyMilliseconds: number;
  running: boolean;
  /** Ended, well or not. */
  runs: number;
  failures: number;
  lastStartedAt: Date | null;
  lastDurationMilliseconds: number | null;
  /** Why the last run failed; null when it went well. */
  lastError: string | null;
  /** How late the last run started. */
  driftMilliseconds: number;
}
