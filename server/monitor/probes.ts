import { type Item, measured, type Probe } from './checklist.ts';

/** What the scheduler tells of a job. */
interface JobFacts {
  name: string;
  everyMilliseconds: number;
  lastStartedAt: Date | null;
  lastDurationMilliseconds: number | null;
  lastError: string | null;
}

/** A job that has not run for this many periods is late. */
const LATE_PERIODS = 5;
const LEAST_LATE_MILLISECONDS = 5_000;

export const schedulerProbe =
  (jobs: () => readonly JobFacts[], now: () => number = Date.now): Probe =>
  async () =>
    jobs().flatMap((job): Item[] => {
      const limit = Math.max(job.everyMilliseconds * LATE_PERIODS, LEAST_LATE_MILLISECONDS);
      const since = job.lastStartedAt ? now() - job.lastStartedAt.getTime() : 0;
      return [
        measured(`${job.name}: since last run`, since, { warn: limit, down: limit * 4 }, 'ms'),
        { name: `${job.name}: last error`, status: job.lastError === null ? 'OK' : 'WARN', value: job.lastError },
      ];
    });

/** Counts answers over the last minute, second by second. */
export class AnswerCounts {
  readonly #seconds = new Map<number, { all: number; failed: number }>();

  add(status: number, nowMilliseconds = Date.now()): void {
    const second = Math.floor(nowMilliseconds / 1_000);
    let counts = this.#seconds.get(second);
    if (!counts) {
      counts = { all: 0, failed: 0 };
      this.#seconds.set(second, counts);
      for (const old of this.#seconds.keys()) if (old <= second - 60) this.#seconds.delete(old);
    }
    counts.all++;
    if (status >= 500) counts.failed++;
  }

  lastMinute(nowMilliseconds = Date.now()): { all: number; failed: number } {
    const oldest = Math.floor(nowMilliseconds / 1_000) - 60;
    const total = { all: 0, failed: 0 };
    for (const [second, { all, failed }] of this.#seconds) {
      if (second <= oldest) continue;
      total.all += all;
      total.failed += failed;
    }
    return total;
  }
}

/** Failures of more than this share of all answers are worth a look, and of more than the second an alarm. */
const FAILURE_SHARE = { warn: 0.01, down: 0.1 };

export const logsProbe =
  (counts: AnswerCounts): Probe =>
  async () => {
    const { all, failed } = counts.lastMinute();
    return [
      { name: 'requests in the last minute', status: 'OK', value: all },
      { name: 'failed in the last minute (5xx)', status: 'OK', value: failed },
      measured('share of failures', all === 0 ? 0 : failed / all, FAILURE_SHARE),
    ];
  };
