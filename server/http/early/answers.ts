import type { ServerResponse } from 'node:http';
import { Failure } from '../../lib/failure.ts';
import { problem } from '../problems.ts';

/** Those who are refused come back at different times. */
const RETRY_SECONDS = [1, 2, 3];
const DETAIL = 'Too many requests are waiting, and nothing was done for this one. Try again shortly.';

/** Refusals, of which all but the request's id and the date is put together once. */
export class Answers {
  readonly #prepared: Prepared[];
  readonly #nextRequestId: () => string;
  #count = 0;

  /** @param keepAliveMilliseconds how long the server keeps a connection on which nothing happens */
  constructor(nextRequestId: () => string, keepAliveMilliseconds: number) {
    this.#nextRequestId = nextRequestId;
    const keepAlive = Math.floor(keepAliveMilliseconds / 1_000);
    this.#prepared = RETRY_SECONDS.map((seconds) => prepared(seconds, keepAlive));
  }

  send(response: ServerResponse): void {
    const { headers, body } = this.#next();
    const requestId = this.#nextRequestId();
    const text = body.join(requestId);
    const length = String(text.length);
    response.writeHead(503, [...headers, 'x-request-id', requestId, 'content-length', length]).end(text);
  }

  /** What `send` writes to the connection. */
  text(): string {
    const { head, body } = this.#next();
    const requestId = this.#nextRequestId();
    const text = body.join(requestId);
    return `${head}x-request-id: ${requestId}\r\ncontent-length: ${text.length}\r\ndate: ${date()}\r\n\r\n${text}`;
  }

  #next(): Prepared {
    return this.#prepared[this.#count++ % this.#prepared.length] as Prepared;
  }
}

interface Prepared {
  /** Names and values in turn. */
  headers: string[];
  /** Its first lines as they are written. */
  head: string;
  /** Before and after the request's id. ASCII, so that it has as many bytes as characters. */
  body: string[];
}

function prepared(retrySeconds: number, keepAliveSeconds: number): Prepared {
  const headers = {
    'content-type': 'application/problem+json',
    'retry-after': String(retrySeconds),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  const nodes = { connection: 'keep-alive', 'keep-alive': `timeout=${keepAliveSeconds}` };
  const lines = Object.entries({ ...headers, ...nodes }).map(([name, value]) => `${name}: ${value}\r\n`);
  return {
    headers: Object.entries(headers).flat(),
    head: `HTTP/1.1 503 Service Unavailable\r\n${lines.join('')}`,
    body: JSON.stringify(problem(new Failure('OVERLOADED', DETAIL), '\n')).split('\\n'),
  };
}

let dateSecond = 0;
let dateText = '';

function date(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1_000).toUTCString();
  }
  return dateText;
}
