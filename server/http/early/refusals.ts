import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Failure } from '../../lib/failure.ts';
import type { App } from '../../lib/http.ts';
import { Answers } from './answers.ts';
import { Door, type DoorOptions, type Reason } from './door.ts';
import { type Operation, operationOf } from './operations.ts';
import { ShortCut } from './short-cut.ts';

export interface EarlyOptions extends DoorOptions {
  /** Called for each who was refused here. */
  refused: (operation: Operation, reason: Reason) => void;
  /** Called for each who was let in and refused as too many further inside. */
  refusedLate: (operation: Operation) => void;
}

/**
 * Refuses, before anything is done for them, those who would wait too long: by the first line of the request alone, in
 * front of Fastify, with an answer that is ready. Whoever is refused reaches no hook and no route, and Node throws the
 * rest of their request away as it comes, so that the connection can be used again; from then on it is read ahead of Node. Call it before anything else listens to the server.
 * @param stopping then nobody is refused here, since there is more to tell them
 */
export function refuseEarly(
  app: App,
  options: EarlyOptions,
  nextRequestId: () => string,
  stopping: () => boolean,
): void {
  const door = new Door(options);
  const answers = new Answers(nextRequestId, app.server.keepAliveTimeout);
  const refuses = (method: string | undefined, url: string | undefined): boolean => {
    const operation = operationOf(method, url);
    const reason = operation === null || stopping() ? null : door.reasonToRefuse(operation);
    if (operation === null || reason === null) return false;
    options.refused(operation, reason);
    return true;
  };
  const shortCut = new ShortCut(({ method, url }) => (refuses(method, url) ? answers.text() : null));
  inFront(app.server, (request, response) => {
    const refused = !shortCut.lettingIn && refuses(request.method, request.url);
    if (refused) answers.send(response);
    shortCut.taken(response, refused);
    return refused;
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
