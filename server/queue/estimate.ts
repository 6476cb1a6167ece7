import type { QueueStats } from './store.ts';

type Figures = Pick<QueueStats, 'cap' | 'active' | 'activeSeconds' | 'servingTicket' | 'admittedLastMinute'>;

/**
 * Admissions a minute: what the slots allow if everyone stays to the end, or more where more were seen. A slot counts
 * only once it is given on: the first ones inside filled an empty room, and nobody can expect that again.
 */
export function admissionsPerMinute(stats: Figures): number {
  const everGivenOn = Math.max(0, stats.servingTicket - stats.active);
  return Math.max(Math.min(stats.admittedLastMinute, everGivenOn), (stats.cap * 60) / stats.activeSeconds);
}

/** Expected wait of a position in seconds, rounded up; 0 at the door. */
export function waitSeconds(stats: Figures, position: number): number {
  if (position <= 0) return 0;
  const perMinute = admissionsPerMinute(stats);
  // Nobody can be admitted to a queue with a cap of 0: say an hour rather than forever.
  return perMinute > 0 ? Math.ceil((position * 60) / perMinute) : 3600;
}

/** How long a client should wait before it asks again: often near the door, seldom at the back. */
export function pollAfterSeconds(status: string, etaSeconds: number): number {
  if (status !== 'WAITING') return 10;
  return Math.min(30, Math.max(1, Math.round(etaSeconds / 20)));
}
