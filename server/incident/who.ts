import type { FastifyRequest } from 'fastify';
import type { Identity } from '../identity/identity.ts';

const USER_ID = /^[A-Za-z0-9._:@-]{1,64}$/;
const RESERVATION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whom an answer went to: a user, or the owner of a reservation. */
export type Asker = { userId: string } | { reservationId: string } | null;

export const userOf = (asker: Asker): string | null => (asker && 'userId' in asker ? asker.userId : null);

/**
 * Who asked, for those few requests that went wrong, and where users are counted.
 * @param believed whether a request may name its user without proving it (AUTH=open)
 */
export function askers(identity: Identity, believed: boolean): (request: FastifyRequest) => Promise<Asker> {
  return async (request) => {
    const { authorization } = request.headers;
    if (!believed) {
      const proved = await identity.caller(authorization).catch(() => null);
      return proved && { userId: proved.userId };
    }
    const { body, params, query } = request as { body: unknown; params: unknown; query: unknown };
    const userId =
      named(body, 'userId', USER_ID) ?? named(params, 'userId', USER_ID) ?? named(query, 'userId', USER_ID);
    if (userId !== null) return { userId };
    const reservationId = named(params, 'reservationId', RESERVATION_ID);
    if (reservationId !== null) return { reservationId };
    const place = await identity.holder(authorization).catch(() => null);
    return place && { userId: place.userId };
  };
}

function named(part: unknown, name: string, shape: RegExp): string | null {
  const value = (part as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' && shape.test(value) ? value : null;
}
