import Type from 'typebox';
import { CLOSED, Id, NullableTime, NullableWon, QueueId, UserId, Won } from './common.ts';

export const ReserveBody = Type.Object(
  { userId: UserId, concertId: Id, concertScheduleId: Id, seatId: Id, queueId: Type.Optional(QueueId) },
  CLOSED,
);

/** Paying and cancelling need no body; an empty object is fine. */
export const NoBody = Type.Object({}, CLOSED);

export const ReservationParams = Type.Object({ reservationId: Type.String({ maxLength: 200 }) });
export const ReservationsQuery = Type.Object({ userId: Type.Optional(UserId) });

export const Reservation = Type.Object({
  reservationId: Type.String({ format: 'uuid' }),
  userId: UserId,
  concertId: Id,
  concertScheduleId: Id,
  seatId: Id,
  status: Type.Unsafe<'HELD' | 'CONFIRMED' | 'CANCELLED' | 'EXPIRED'>({
    type: 'string',
    enum: ['HELD', 'CONFIRMED', 'CANCELLED', 'EXPIRED'],
  }),
  price: Won,
  balance: NullableWon,
  heldUntil: NullableTime,
  confirmedAt: NullableTime,
});
export const Reservations = Type.Object({ items: Type.Array(Reservation) });
