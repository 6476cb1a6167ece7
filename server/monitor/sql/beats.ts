import type { Database, Row } from '../../db/database.ts';
import type { JobFigures } from '../sample.ts';

/** What the scheduler of this process knows of a job. */
export interface LocalJob {
  name: string;
  everyMilliseconds: number;
  lastStartedAt: Date | null;
  lastDurationMilliseconds: number | null;
  driftMilliseconds: number;
  failures: number;
  lastError: string | null;
}

interface BeatRow extends Row {
  job: string;
  since_ms: number;
}

/**
 * When each job ran last, whichever process ran it: each tells the others through the database. A job that nobody ever
 * ran is as old as this process.
 * @throws StoreUnavailable
 */
export function sqlJobFigures(
  database: Database,
  process: string,
  local: () => LocalJob[],
): () => Promise<JobFigures[]> {
  const startedAt = Date.now();
  return async () => {
    const jobs = local();
    const ago = jobs.map(({ lastStartedAt }) => lastStartedAt && Math.max(0, Date.now() - lastStartedAt.getTime()));
    const names = jobs.map(({ name }) => name);
    const rows = await database.query<BeatRow>('SELECT * FROM jari_scheduler_beat($1, $2, $3)', [process, names, ago]);
    const since = new Map(rows.map(({ job, since_ms }) => [job, since_ms]));
    return jobs.map(({ lastStartedAt: _, ...job }) => ({
      ...job,
      sinceLastRunMilliseconds: since.get(job.name) ?? Date.now() - startedAt,
    }));
  };
}

/** The same for a process that has its database to itself: there is nobody to tell. */
export function localJobFigures(local: () => LocalJob[]): () => Promise<JobFigures[]> {
  const startedAt = Date.now();
  return async () =>
    local().map(({ lastStartedAt, ...job }) => ({
      ...job,
      sinceLastRunMilliseconds: Math.max(0, Date.now() - (lastStartedAt?.getTime() ?? startedAt)),
    }));
}
