/** A request that is wrong in some way, and what it must be answered. */
export interface Malformed {
  name: string;
  bytes: string | Buffer;
  /** Status and code; 200 alone for what is odd but fine; 0 for a connection that is closed without an answer. */
  answer: readonly [number, string?];
  /** The client sends nothing more, and says so. */
  thenEnd?: boolean;
}

export interface RequestParts {
  method?: string;
  path?: string;
  /** Header lines beside Host, Content-Type and Content-Length; null leaves out one of those. */
  headers?: Record<string, string | readonly string[] | null>;
  body?: string | Buffer;
}

/** A well-formed request around parts that need not be. */
export function request({ method = 'POST', path = '/api/v1/token/create', headers = {}, body }: RequestParts): Buffer {
  const length =
    body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) };
  const all: Record<string, string | readonly string[] | null> = { Host: 'jari.test', ...length, ...headers };
  const lines = Object.entries(all).flatMap(([name, values]) =>
    values === null ? [] : [values].flat().map((value) => `${name}: ${value}`),
  );
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return body === undefined ? head : Buffer.concat([head, Buffer.from(body)]);
}

export const INVALID = [400, 'VALIDATION_FAILED'] as const;
export const NO_JSON = [400, 'MALFORMED_JSON'] as const;
export const FINE = [200] as const;
export const CLOSED = [0] as const;

/** A value as it would stand in a name of a test. */
export const shown = (value: string): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 50)}… (${value.length})` : text;
};
