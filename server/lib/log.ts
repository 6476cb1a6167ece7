import { type Logger, pino } from 'pino';

/** Fields that could name a person or let somebody in, wherever they turn up. */
const PERSONAL = ['userId', 'token', 'authorization', 'ip', 'remoteAddress', 'balance'];

/** JSON lines on stdout. Errors keep type, code, message and stack: a driver's further fields may quote a row. */
export function makeLog(level: string): Logger {
  return pino({
    level,
    base: null,
    redact: { paths: PERSONAL.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    serializers: { err: errorFields },
  });
}

interface ErrorFields {
  type: string;
  code?: string;
  message: string;
  stack?: string;
  cause?: ErrorFields;
}

function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name: type, message, stack, cause } = error;
  const { code } = error as { code?: string };
  return {
    type,
    ...(code !== undefined && { code }),
    message,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: errorFields(cause) }),
  };
}
