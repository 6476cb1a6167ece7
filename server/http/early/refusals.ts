import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Failure } from '../../lib/failure.ts';
import type { App } from '../../lib/http.ts';
import { LoopDelay } from '../../lib/loop-delay.ts';
import { problem } from '../problems.ts';
import { OPERATIONS, type Operation, operationOf } from './operations.ts';

export interface EarlyOptions {
  /** Whether who comes now would wait too long for the store. */
  full: Partial<Record<Operation, () => boolean>>;
  /** How long requests wait in front of the event loop; without, it is measured. */
  loop?: { milliseconds(): number };
  /** Called for each who was refused here. */
  refused: (operation: Operation, reason: Reason, seconds: number) => void;
  /** Called for each who was let in and refused as too many further inside. */
  refusedLate: (operation: Operation) => void;
}

/** What has too much to do. */
export type Reason = 'store' | 'process';

/** Refusing who keeps the process busy takes time from the others: it begins when waiting is worse. */
const LONGEST_LOOP_DELAY_MILLISECONDS = 1_000;
/** Those who are refused come back at different times. */
const RETRY_SECONDS = [1, 2, 3];
const DETAIL = 'Too many requests are waiting, and nothing was done for this one. Try again shortly.';

/**
 * Refuses, before anything is done for them, those who would wait too long: by the first line of the request alone, in
 * front of Fastify, with an answer that is ready. Whoever is refused reaches no hook and no route, and Node throws the
 * rest of their request away as it comes, so that the connection can be used again. Call it before anything else listens
 * to the server.
 * @param stopping then nobody is refused here, since there is more to tell them
 */
export function refuseEarly(
  app: App,
  options: EarlyOptions,
  nextRequestId: () => string,
  stopping: () => boolean,
): void {
  const door = new Door(options);
  const answers = RETRY_SECONDS.map(preparedAnswer);
  let count = 0;
  inFront(app.server, (request, response) => {
    const operation = operationOf(request.method, request.url);
    const reason = operation === null || stopping() ? null : door.reasonToRefuse(operation);
    if (operation === null || reason === null) return false;
    const began = performance.now();
    const answer = answers[count++ % answers.length] as PreparedAnswer;
    answer(response, nextRequestId());
    options.refused(operation, reason, (performance.now() - began) / 1_000);
    return true;
  });
  app.addHook('onError', (request, _reply, error, done) => {
    const overloaded = error instanceof Failure && error.code === 'OVERLOADED' && !stopping();
    const operation = overloaded ? operationOf(request.raw.method, request.raw.url) : null;
    if (operation !== null) options.refusedLate(operation);
    done();
  });
}

/** @param taken whether a request is answered already, so that those who listen so far need not see it */
function inFront(server: Server, taken: (request: IncomingMessage, response: ServerResponse) => boolean): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!taken(request, response)) for (const listener of listeners) listener.call(server, request, response);
  });
}

class Door {
  readonly #full: EarlyOptions['full'];
  readonly #loop: { milliseconds(): number };
  #everyOther = false;

  constructor({ full, loop = new LoopDelay() }: EarlyOptions) {
    this.#full = full;
    this.#loop = loop;
  }

  reasonToRefuse(operation: Operation): Reason | null {
    if (this.#full[operation]?.()) return 'store';
    if (!OPERATIONS[operation].canWait || this.#loop.milliseconds() <= LONGEST_LOOP_DELAY_MILLISECONDS) return null;
    // Not all of them. A refusal costs a good part of an answer: where nobody goes away as they are told to, there would
    // be no time left to serve anybody.
    this.#everyOther = !this.#everyOther;
    return this.#everyOther ? 'process' : null;
  }
}

type PreparedAnswer = (response: ServerResponse, requestId: string) => void;

/** All but the request's id is put together once. */
function preparedAnswer(retrySeconds: number): PreparedAnswer {
  const failure = new Failure('OVERLOADED', DETAIL);
  const [before, after] = JSON.stringify(problem(failure, '\n')).split('\\n') as [string, string];
  const headers = {
    'content-type': 'application/problem+json',
    'retry-after': String(retrySeconds),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  const fixed = Object.entries(headers).flat();
  return (response, requestId) => {
    const body = before + requestId + after;
    const length = String(Buffer.byteLength(body));
    response.writeHead(503, [...fixed, 'x-request-id', requestId, 'content-length', length]).end(body);
  };
}
