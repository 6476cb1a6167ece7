import type { Place, QueueSettings } from './store.ts';

/** A place as clients see it, without the token. */
export interface PlaceView {
  userId: string;
  queueId: string;
  status: Place['status'];
  position: number;
  ticket: number;
  etaSeconds: number;
  /** ISO-8601 UTC. */
  expiresAt: string | null;
  pollAfterSeconds: number;
}

/** The public page of a queue. */
export interface QueueView {
  queueId: string;
  cap: number;
  active: number;
  waiting: number;
  servingTicket: number;
  admittedPerMinute: number;
  estimatedWaitSeconds: number;
  state: QueueSettings['state'];
}

/** A queue as its operators see it. */
export type QueueAdminView = QueueSettings & { active: number; waiting: number };
