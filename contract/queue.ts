import Type from 'typebox';
import { CLOSED, NullableTime, QueueId, Time, UserId } from './common.ts';

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

const nullableTicket = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

/** The draws of a line, newest first. `sha256(seed + ":" + ticket)` is a ticket's lot, and the smallest lot goes first. */
export const Draws = Type.Object({
  items: Type.Array(
    Type.Object({
      number: Type.Integer({ description: '1 for the first draw of the line' }),
      commitment: Type.String({ description: 'SHA-256 of the seed, in hexadecimal; published before anybody enters' }),
      seed: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Null until the line opens' }),
      firstTicket: nullableTicket('The first ticket that is drawn for'),
      lastTicket: nullableTicket('The last one; null until the line opens. The drawn tickets follow it'),
      committedAt: Time,
      revealedAt: NullableTime,
    }),
  ),
});
