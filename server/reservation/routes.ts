import {
  NoBody,
  Reservation,
  ReservationParams,
  Reservations,
  ReservationsQuery,
  ReserveBody,
} from '../../contract/reservation.ts';
import type { Identity } from '../identity/identity.ts';
import { Failure } from '../lib/failure.ts';
import { answered, idempotencyKey, type Routes } from '../lib/http.ts';
import { refusal } from '../lib/refusals.ts';
import type { Reservations as ReservationRules, SettleRequest } from './reservation.ts';

const PATH = '/api/v1/reservation';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const tags = ['reservation'];
const response = { 200: Reservation };

export const reservationRoutes =
  (reservations: ReservationRules, identity: Identity): Routes =>
  (app) => {
    /** The caller's userId, null where nobody has to prove who they are. */
    const caller = async (authorization: string | undefined) => (await identity.caller(authorization))?.userId ?? null;

    for (const [path, summary, take] of [
      [PATH, 'Take a seat, pay and confirm in one call', reservations.reserve.bind(reservations)],
      [`${PATH}/hold`, 'Hold a seat until heldUntil', reservations.hold.bind(reservations)],
    ] as const) {
      app.post(path, { schema: { tags, summary, body: ReserveBody, response } }, async (request, reply) => {
        const { queueId: named, ...seat } = request.body;
        const acting = await identity.acting(request.headers.authorization, seat.userId, named);
        return answered(reply, await take({ ...seat, ...acting, idempotency: idempotencyKey(request) }));
      });
    }

    app.post(
      `${PATH}/:reservationId/pay`,
      { schema: { tags, summary: 'Pay a hold', params: ReservationParams, body: NoBody, response } },
      async (request, reply) => {
        const userId = await caller(request.headers.authorization);
        const { reservationId } = known(request.params);
        const asked: SettleRequest = { reservationId, userId, idempotency: idempotencyKey(request) };
        return answered(reply, await reservations.pay(asked));
      },
    );

    app.delete(
      `${PATH}/:reservationId`,
      { schema: { tags, summary: 'Release a hold, or cancel and refund', params: ReservationParams, response } },
      async (request, reply) => {
        const userId = await caller(request.headers.authorization);
        return answered(reply, await reservations.cancel({ ...known(request.params), userId }));
      },
    );

    app.get(
      `${PATH}/:reservationId`,
      { schema: { tags, summary: 'One reservation', params: ReservationParams, response } },
      async (request) => {
        const userId = await caller(request.headers.authorization);
        const found = await reservations.get(known(request.params).reservationId, userId);
        if (!found) throw refusal('RESERVATION_NOT_FOUND');
        return found;
      },
    );

    app.get(
      PATH,
      {
        schema: {
          tags,
          summary: 'The reservations of a user, newest first',
          querystring: ReservationsQuery,
          response: { 200: Reservations },
        },
      },
      async (request) => {
        const proved = await caller(request.headers.authorization);
        const userId = request.query.userId ?? proved;
        if (userId === null) {
          const errors = [{ path: '/userId', message: 'is needed' }];
          throw new Failure('VALIDATION_FAILED', 'Say whose reservations: ?userId=.', {}, errors);
        }
        if (proved !== null && proved !== userId)
          throw new Failure('FORBIDDEN', 'You can list your own reservations only.');
        return { items: await reservations.listOf(userId) };
      },
    );
  };

/** What can't be an id of ours is not found, like any other id that isn't there. */
function known(params: { reservationId: string }): { reservationId: string } {
  if (!UUID.test(params.reservationId)) throw refusal('RESERVATION_NOT_FOUND');
  return params;
}
