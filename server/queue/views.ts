import type { Draw } from './draw/draw.ts';
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

/** A draw as everybody may see it: without the seed, until it is revealed. */
export const drawView = ({ queueId: _, seed, committedAt, revealedAt, ...rest }: Draw) => ({
  ...rest,
  seed: revealedAt ? seed : null,
  committedAt: committedAt.toISOString(),
  revealedAt: revealedAt?.toISOString() ?? null,
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
