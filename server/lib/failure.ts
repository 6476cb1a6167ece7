/** Every code that a client may see, with its HTTP status. The table of the HTTP contract, in order of status. */
export const STATUS_OF = {
  MALFORMED_JSON: 400,
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  INSUFFICIENT_BALANCE: 402,
  NOT_ADMITTED: 403,
  FORBIDDEN: 403,
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

/** A refusal that the client should see. Features return these as values; the HTTP shell may also throw one. */
export class Failure extends Error {
  override name = 'Failure';
  readonly code: FailureCode;
  /** Extra response headers, such as Retry-After or Allow. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: FailureCode, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.code = code;
    this.headers = headers;
  }
}
