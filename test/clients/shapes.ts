// What API.md says of bodies and codes, written from that page alone.
export type Shape = Record<string, (value: unknown) => boolean>;

export const isInteger = (value: unknown) => Number.isSafeInteger(value);
export const isCount = (value: unknown) => isInteger(value) && (value as number) >= 0;
export const isText = (value: unknown) => typeof value === 'string' && value !== '';
export const isTime = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
export const isBoolean = (value: unknown) => typeof value === 'boolean';
export const isList = (value: unknown) => Array.isArray(value);
export const is =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);
export const orNull = (check: (value: unknown) => boolean) => (value: unknown) => value === null || check(value);

export const PLACE: Shape = {
  userId: isText,
  queueId: isText,
  status: is('ACTIVE', 'WAITING', 'EXPIRED'),
  position: isCount,
  ticket: isCount,
  etaSeconds: isCount,
  expiresAt: orNull(isTime),
  pollAfterSeconds: isCount,
};
export const PLACE_WITH_TOKEN: Shape = { ...PLACE, token: isText };
export const QUEUE: Shape = {
  queueId: isText,
  cap: isCount,
  active: isCount,
  waiting: isCount,
  servingTicket: isCount,
  admittedPerMinute: isCount,
  estimatedWaitSeconds: isCount,
  state: is('OPEN', 'PAUSED', 'PRE_QUEUE'),
};
export const RESERVATION: Shape = {
  reservationId: isText,
  userId: isText,
  concertId: isInteger,
  concertScheduleId: isInteger,
  seatId: isInteger,
  status: is('HELD', 'CONFIRMED', 'CANCELLED', 'EXPIRED'),
  price: isCount,
  balance: orNull(isCount),
  heldUntil: orNull(isTime),
  confirmedAt: orNull(isTime),
};
export const SEAT: Shape = {
  seatId: isInteger,
  label: isText,
  section: isText,
  kind: is('SEAT', 'STANDING'),
  price: isCount,
  capacity: isCount,
  remaining: isCount,
  status: is('AVAILABLE', 'HELD', 'SOLD'),
};
export const AUDIT_CHECK: Shape = { name: isText, ok: isBoolean, detail: (value) => typeof value === 'string' };
export const PROBLEM: Shape = {
  type: isText,
  title: isText,
  status: isInteger,
  detail: isText,
  code: isText,
  requestId: isText,
};
export const STATUS: Record<string, number> = {
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
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
};
