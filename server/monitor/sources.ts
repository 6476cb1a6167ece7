import type { Reading, Source } from './metrics.ts';

interface JobFacts {
  name: string;
  runs: number;
  failures: number;
  lastDurationMilliseconds: number | null;
  driftMilliseconds: number;
}

export const schedulerReadings =
  (jobs: () => readonly JobFacts[]): Source =>
  async () =>
    jobs().flatMap((job): Reading[] => {
      const labels = { job: job.name };
      return [
        { name: 'jari_scheduler_runs', help: 'Ticks that ended, well or not', labels, value: job.runs },
        { name: 'jari_scheduler_failures', help: 'Ticks that failed', labels, value: job.failures },
        {
          name: 'jari_scheduler_last_duration_seconds',
          help: 'How long the last tick took',
          labels,
          value: (job.lastDurationMilliseconds ?? 0) / 1_000,
        },
        {
          name: 'jari_scheduler_drift_seconds',
          help: 'How late the last tick began',
          labels,
          value: job.driftMilliseconds / 1_000,
        },
      ];
    });

export const listenerReadings =
  (listeners: () => number): Source =>
  async () => [
    { name: 'jari_queue_listeners', help: 'Event streams of this process that tell a place', value: listeners() },
  ];

/** @param milliseconds how long the thread of the embedded database has been at work */
export const databaseThreadReadings =
  (milliseconds: () => number): Source =>
  async () => [
    {
      name: 'jari_database_thread_seconds',
      help: 'How long the thread of the embedded database has been at work since the start',
      value: milliseconds() / 1_000,
    },
  ];
