import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { Failure } from '../lib/failure.ts';
import { problem } from './problems.ts';

const ALLOW = { allow: 'DELETE, GET, HEAD, PATCH, POST' };
/** So long may a refused client take to read why, before its connection is cut. */
const LINGER_MILLISECONDS = 1_000;

/** Answers what Node could not read as a request, and what it would answer in its own words or not at all. */
export class BrokenRequests {
  readonly #nextRequestId: () => string;
  /** The latest answer of a connection, made or being made. */
  readonly #latest = new WeakMap<Duplex, ServerResponse>();

  constructor(nextRequestId: () => string) {
    this.#nextRequestId = nextRequestId;
  }

  /** For Node's clientError. */
  readonly refuseUnreadable = (error: Error & { code?: string }, socket: Duplex): void => {
    // What follows the part that was refused is unreadable too.
    if (socket.writableEnded) return;
    const earlier = this.#latest.get(socket);
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy(error);
    else if (earlier?.req.complete && !earlier.writableFinished) {
      // The bytes follow a good request, which must not take the answer to them for its own.
      earlier.once('close', () => socket.destroy());
    } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
      this.#refuse(socket, 'The request did not arrive in time.', 408);
    else if (error.code === 'HPE_HEADER_OVERFLOW') this.#refuse(socket, 'Path and headers are larger than 16 KiB.');
    else this.#refuse(socket, 'This is not a valid HTTP request.');
  };

  watch(server: Server): void {
    server.on('request', (request, response) => this.#latest.set(request.socket, response));
    server.on('connect', (_request, socket) =>
      refuse(socket, new Failure('METHOD_NOT_ALLOWED', 'This is no proxy.', ALLOW), this.#nextRequestId()),
    );
    // Expect: anything but 100-continue. The request is read without it.
    server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  }

  #refuse(socket: Duplex, detail: string, status?: number): void {
    refuse(socket, new Failure('VALIDATION_FAILED', detail), this.#nextRequestId(), status);
  }
}

function refuse(socket: Duplex, failure: Failure, requestId: string, status?: number): void {
  const body = { ...problem(failure, requestId), ...(status !== undefined && { status }) };
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${body.status} Refused`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...Object.entries(failure.headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  socket.on('error', () => {});
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
}

/** HTTP/1.1 names its Host exactly once; two are a way past a proxy. */
export function hostFailure({ raw }: FastifyRequest): Failure | undefined {
  const hosts = hostsOf(raw);
  if (hosts === 1 || (hosts === 0 && raw.httpVersion !== '1.1')) return undefined;
  return new Failure('VALIDATION_FAILED', 'A request names its Host exactly once.', {}, [
    { path: 'Host', message: 'must be there once' },
  ]);
}

function hostsOf({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}
