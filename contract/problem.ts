import Type from 'typebox';
import { Challenge } from './challenge.ts';

/** Every code that a client may see, with its HTTP status, in order of status. 500 INTERNAL is a defect. */
export const STATUS_OF = {
  MALFORMED_JSON: 400,
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  INSUFFICIENT_BALANCE: 402,
  NOT_ADMITTED: 403,
  FORBIDDEN: 403,
  CHALLENGE_REQUIRED: 403,
  CHALLENGE_FAILED: 403,
  NOT_FOUND: 404,
  NOT_IN_QUEUE: 404,
  CONCERT_NOT_FOUND: 404,
  SCHEDULE_NOT_FOUND: 404,
  SEAT_NOT_FOUND: 404,
  RESERVATION_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  SEAT_TAKEN: 409,
  HOLD_EXPIRED: 409,
  RESERVATION_CLOSED: 409,
  SEAT_LIMIT_REACHED: 409,
  IN_PROGRESS: 409,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  OVERLOADED: 503,
  STORE_UNAVAILABLE: 503,
} as const;

export type FailureCode = keyof typeof STATUS_OF;

/** Every error: RFC 9457, with a stable `code`. Served as application/problem+json. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URI reference that names the kind of problem' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ enum: Object.keys(STATUS_OF) }),
    requestId: Type.String({ description: 'Quote this when you ask an operator' }),
    errors: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
        description: 'What is wrong with the request, field by field; with VALIDATION_FAILED',
      }),
    ),
    challenge: Type.Optional(Challenge),
  },
  { $id: 'Problem', description: 'An error (RFC 9457)' },
);
export type Problem = Type.Static<typeof Problem>;
