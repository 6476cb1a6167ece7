import { type Item, measured, told } from '../checklist.ts';
import type { JobFigures, Sample } from '../sample.ts';

/** A job that has not run for this many periods is late. */
const LATE_PERIODS = 5;
const LEAST_LATE_MILLISECONDS = 4_000;

export const lateAfterMilliseconds = ({ everyMilliseconds }: Pick<JobFigures, 'everyMilliseconds'>): number =>
  Math.max(everyMilliseconds * LATE_PERIODS, LEAST_LATE_MILLISECONDS);

/** Whether each job runs, how it ends, and how well it keeps its pace. */
export function schedulerItems(minute: readonly Sample[]): Item[] {
  return (minute.at(-1)?.jobs ?? []).flatMap((job): Item[] => {
    const limit = lateAfterMilliseconds(job);
    return [
      measured(`${job.name}: since last run`, job.sinceLastRunMilliseconds, { warn: limit, down: limit * 4 }, 'ms'),
      {
        name: `${job.name}: last error`,
        status: job.lastError === null ? 'OK' : 'WARN',
        value: job.lastError,
        limit: null,
      },
      measured(`${job.name}: began late`, job.driftMilliseconds, { warn: Math.max(job.everyMilliseconds, 500) }, 'ms'),
      told(`${job.name}: took`, job.lastDurationMilliseconds, 'ms'),
      told(`${job.name}: failures here`, job.failures),
    ];
  });
}
