import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, STATUS_OF } from '../../contract/problem.ts';
import { StoreUnavailable } from '../db/database.ts';
import { Failure } from '../lib/failure.ts';
import { ReplayedFailure } from '../lib/http.ts';

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  402: 'Payment required',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Unprocessable',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

/** The body of an error answer. */
export function problem(failure: Failure, requestId: string): Problem {
  const status = STATUS_OF[failure.code];
  return {
    type: `urn:jari:problem:${failure.code.toLowerCase().replaceAll('_', '-')}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail: failure.message,
    code: failure.code,
    requestId,
    ...(failure.errors && { errors: [...failure.errors] }),
    ...(failure.challenge && { challenge: failure.challenge }),
  };
}

export type SendProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Answers anything that was thrown while a request was handled. Nothing of an unknown error leaves the server. */
export const problemSender = (log: FastifyBaseLogger): SendProblem =>
  function sendProblem(error, request, reply) {
    const replayed = error instanceof ReplayedFailure ? error : null;
    const failure = replayed?.failure ?? toFailure(error);
    logged(log, failure, error, request);
    // Fastify would cut the connection of who sends too much, often before they have read why. Node reads on and throws away.
    if (failure.code === 'BODY_TOO_LARGE') reply.removeHeader('connection');
    return reply
      .code(STATUS_OF[failure.code])
      .headers(failure.headers)
      .header('x-request-id', request.id)
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send(problem(failure, replayed?.requestId ?? request.id));
  };

function logged(log: FastifyBaseLogger, { code }: Failure, err: unknown, { id: reqId }: FastifyRequest): void {
  if (code === 'INTERNAL') log.error({ reqId, err }, 'a defect');
  else if (code === 'STORE_UNAVAILABLE') log.warn({ reqId, err }, 'a store is unavailable');
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof StoreUnavailable) {
    return new Failure('STORE_UNAVAILABLE', 'The store does not answer. Try again shortly with the same key.', {
      'retry-after': '1',
    });
  }
  return fromFastify(error as FastifyError) ?? new Failure('INTERNAL', 'Something is broken here, and it is logged.');
}

/** Fastify's own refusals, of requests that never reached a route's code. */
function fromFastify({ code, statusCode, message }: FastifyError): Failure | null {
  if (statusCode === 413) return new Failure('BODY_TOO_LARGE', 'The body is larger than 1 MiB.');
  if (statusCode === 415) return new Failure('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
  if (statusCode === 429) return new Failure('RATE_LIMITED', message);
  if (statusCode === undefined || statusCode < 400 || statusCode > 499) return null;
  return new Failure('VALIDATION_FAILED', DETAIL[code] ?? 'The request is not as it should be.');
}

const DETAIL: Record<string, string> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
  FST_ERR_BAD_URL: 'The path is not a valid URL path.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is longer than any may be.',
};
