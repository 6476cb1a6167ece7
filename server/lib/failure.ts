import type { Challenge } from '../../contract/challenge.ts';
import type { FailureCode } from '../../contract/problem.ts';

export type { FailureCode };

/** A refusal that the client should see. Features return these as values; the HTTP shell may also throw one. */
export class Failure extends Error {
  override name = 'Failure';
  readonly code: FailureCode;
  /** Extra response headers, such as Retry-After or Allow. */
  readonly headers: Readonly<Record<string, string>>;
  /** With VALIDATION_FAILED: what is wrong, field by field. */
  readonly errors: readonly FieldError[] | undefined;
  /** With CHALLENGE_REQUIRED and CHALLENGE_FAILED: what to solve. */
  readonly challenge: Challenge | undefined;
  constructor(
    code: FailureCode,
    detail: string,
    headers: Record<string, string> = {},
    errors?: readonly FieldError[],
    challenge?: Challenge,
  ) {
    // A refusal is no defect: nobody reads where it was made, and finding out costs more than the rest of the answer.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = limit;
    this.code = code;
    this.headers = headers;
    this.errors = errors;
    this.challenge = challenge;
  }
}

export interface FieldError {
  /** JSON pointer, or the name of a header. */
  path: string;
  message: string;
}
