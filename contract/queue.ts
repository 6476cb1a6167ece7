import Type from 'typebox';
import { CLOSED, NullableTime, QueueId, UserId } from './common.ts';

export const QueueState = Type.Unsafe<'OPEN' | 'PAUSED' | 'PRE_QUEUE'>({
  type: 'string',
  enum: ['OPEN', 'PAUSED', 'PRE_QUEUE'],
});

export const EnterBody = Type.Object({ userId: UserId, queueId: Type.Optional(QueueId) }, CLOSED);

/** Names a place where no queue token does (open mode, or with a login). */
export const PlaceQuery = Type.Object({ userId: Type.Optional(UserId), queueId: Type.Optional(QueueId) });

const place = {
  userId: UserId,
  queueId: QueueId,
  status: Type.Unsafe<'ACTIVE' | 'WAITING' | 'EXPIRED'>({ type: 'string', enum: ['ACTIVE', 'WAITING', 'EXPIRED'] }),
  position: Type.Integer({ description: '0 when ACTIVE, else 1-based' }),
  ticket: Type.Integer({ description: 'Grows with every place taken; compare it with servingTicket' }),
  etaSeconds: Type.Integer(),
  expiresAt: NullableTime,
  pollAfterSeconds: Type.Integer({ description: 'Ask again after this long' }),
};

/** What entering and asking answer. */
export const PlaceWithToken = Type.Object({
  ...place,
  token: Type.String({ description: 'Signed proof of this place; send it as a bearer token' }),
});

/** The data of an event of `GET /api/v1/token/events`. */
export const PlaceEvent = Type.Object(place);

/** The stream itself. */
export const PlaceEvents = {
  description: 'Server-sent events `position`, `active` and `expired`; the data of each is a place without its token',
  content: { 'text/event-stream': { schema: Type.String() } },
};

export const QueueParams = Type.Object({ queueId: QueueId });

/** The public page of a line, the same for everybody. */
export const QueueOverview = Type.Object({
  queueId: QueueId,
  cap: Type.Integer(),
  active: Type.Integer(),
  waiting: Type.Integer(),
  servingTicket: Type.Integer({ description: 'The highest ticket admitted so far' }),
  admittedPerMinute: Type.Integer(),
  estimatedWaitSeconds: Type.Integer({ description: 'For who enters now' }),
  state: QueueState,
});
