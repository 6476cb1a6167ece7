import type { QueueStats } from './store.ts';

/** Admissions a minute, measured over the last minute; before any were, what the slots allow if everyone stays to the end. */
export function admissionsPerMinute(stats: QueueStats): number {
  if (stats.admittedLastMinute > 0) return stats.admittedLastMinute;
  return (stats.cap * 60) / stats.activeSeconds;
}

/** Expected wait of a position in seconds, rounded up; 0 at the door. */
export function waitSeconds(stats: QueueStats, position: number): number {
  if (position <= 0) return 0;
  const perMinute = admissionsPerMinute(stats);
  // Nobody can be admitted to a queue with a cap of 0: say an hour rather than forever.
  return perMinute > 0 ? Math.ceil((position / perMinute) * 60) : 3600;
}

/** How long a client should wait before it asks again: often near the door, seldom at the back. */
export function pollAfterSeconds(status: string, etaSeconds: number): number {
  if (status !== 'WAITING') return 10;
  return Math.min(30, Math.max(1, Math.round(etaSeconds / 20)));
}
