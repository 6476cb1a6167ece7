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

/** What a token of a place should prove: also the end of the slot while inside, for when the line can't be asked. */
export const passOf = ({ userId, queueId, ticket, status, expiresAt }: PlaceView) => ({
  userId,
  queueId,
  ticket,
  insideUntil: status === 'ACTIVE' && expiresAt !== null ? new Date(expiresAt) : undefined,
});

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
