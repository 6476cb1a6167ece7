import type { Reading, Source } from './metrics.ts';

interface QueueFacts {
  queueId: string;
  cap: number;
  active: number;
  waiting: number;
  servingTicket: number;
}

export const queueReadings =
  (figures: () => Promise<QueueFacts | null>): Source =>
  async () => {
    const facts = await figures();
    if (!facts) return [];
    const labels = { queue: facts.queueId };
    return [
      { name: 'jari_queue_cap', help: 'Slots of a line', labels, value: facts.cap },
      { name: 'jari_queue_active', help: 'Users inside', labels, value: facts.active },
      { name: 'jari_queue_waiting', help: 'Users who wait', labels, value: facts.waiting },
      { name: 'jari_queue_serving_ticket', help: 'The highest ticket admitted', labels, value: facts.servingTicket },
    ];
  };

interface BacklogFacts {
  outboxUnpublished: number;
  outboxOldestSeconds: number;
  deliveriesPending: number;
  deadLetters: number;
}

export const eventReadings =
  (backlog: () => Promise<BacklogFacts>): Source =>
  async () => {
    const facts = await backlog();
    return [
      { name: 'jari_outbox_unpublished', help: 'Events that wait for the relay', value: facts.outboxUnpublished },
      { name: 'jari_outbox_oldest_seconds', help: 'Age of the oldest of them', value: facts.outboxOldestSeconds },
      { name: 'jari_deliveries_pending', help: 'Events that wait for a consumer', value: facts.deliveriesPending },
      { name: 'jari_dead_letters', help: 'Events given up and not replayed', value: facts.deadLetters },
    ];
  };

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
