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
  constructor(code: FailureCode, detail: string, headers: Record<string, string> = {}, errors?: readonly FieldError[]) {
    super(detail);
    this.code = code;
    this.headers = headers;
    this.errors = errors;
  }
}

export interface FieldError {
  /** JSON pointer, or the name of a header. */
  path: string;
  message: string;
}
