import Type from 'typebox';

/** Whoever takes a place, holds a wallet and reserves. */
export const UserId = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9._:@-]{1,64}$',
  description: '1 to 64 characters of A-Z a-z 0-9 . _ : @ -',
});

export const QueueId = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9._:@-]{1,64}$',
  description: 'A line of its own; "main" unless told otherwise',
});

/** concertId, concertScheduleId, seatId. */
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** An {@link Id} in a path: digits, so that nothing has to be converted before it is checked. */
export const IdInPath = Type.String({ pattern: '^[1-9][0-9]{0,14}$', description: 'A positive integer' });

/** Whole won. */
export const Won = Type.Integer({ description: 'Whole won' });

/** ISO-8601 UTC. */
export const Time = Type.String({ format: 'date-time', description: 'ISO-8601 UTC' });

/** `type: [T, null]` instead of `anyOf`: the compiled serialiser is several times faster on it. */
export const NullableTime = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'ISO-8601 UTC, or null',
});
export const NullableWon = Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'Whole won, or null' });

/** Unknown fields are refused, never ignored and never assigned. */
export const CLOSED = { additionalProperties: false } as const;

/** An answer without a body. */
export const Nothing = Type.Null({ description: 'Done; there is nothing to say' });
