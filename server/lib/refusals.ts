import { Failure, type FailureCode } from './failure.ts';

/** What a person reads when a command is refused. */
const DETAIL: Partial<Record<FailureCode, string>> = {
  INSUFFICIENT_BALANCE: 'The wallet holds less than the price. Charge it and try again.',
  NOT_ADMITTED: 'Only users inside may reserve. Enter the line with POST /api/v1/token/create and wait for ACTIVE.',
  CONCERT_NOT_FOUND: 'There is no such concert.',
  SCHEDULE_NOT_FOUND: 'The concert has no such schedule.',
  SEAT_NOT_FOUND: 'The schedule has no such seat.',
  RESERVATION_NOT_FOUND: 'There is no such reservation.',
  SEAT_TAKEN: 'Somebody else has this seat, or the section is sold out. Choose another.',
  HOLD_EXPIRED: 'The hold ran out before it was paid, and the seat is free again. No money moved.',
  RESERVATION_CLOSED: 'The reservation is cancelled or expired and can no longer change.',
  SEAT_LIMIT_REACHED: 'You have as many seats of this schedule as one user may have.',
  IDEMPOTENCY_KEY_REUSED: 'This Idempotency-Key came with another request before. Use a new key.',
  VALIDATION_FAILED:
    'With this amount more would have been paid into the wallet than 2^53 - 1 won in all. Charge less.',
  STORE_UNAVAILABLE: 'What this needs is locked by somebody else. Try again shortly with the same key.',
};

/** The refusal for a code that a store decided. */
export const refusal = (code: FailureCode): Failure =>
  new Failure(code, DETAIL[code] ?? code, code === 'STORE_UNAVAILABLE' ? { 'retry-after': '1' } : {});
