import type { FastifyRequest } from 'fastify';
import { Failure } from '../lib/failure.ts';
import { ReplayedFailure, type Routes } from '../lib/http.ts';
import type { Api } from './sample.ts';
import type { StackGroups } from './stacks.ts';
import { apiOf, type Traffic } from './traffic.ts';

/** A request of a watched API that was answered. */
export interface Answered {
  request: FastifyRequest;
  api: Api;
  status: number;
  milliseconds: number;
}

export interface RequestWatch {
  traffic: Traffic;
  stacks: StackGroups;
  /** Whether it was refused on purpose. Called for refusals alone. */
  shed?: (request: FastifyRequest) => boolean;
  /** Called for each; must cost next to nothing. */
  answered?: (answered: Answered) => void;
}

/** Watches every request of the app it is added to. Add it before the routes. */
export const watchRequests =
  ({ traffic, stacks, shed, answered }: RequestWatch): Routes =>
  (app) => {
    app.addHook('onResponse', (request, reply, done) => {
      const api = apiOf(request.method, request.routeOptions.url ?? 'none');
      if (api !== null) {
        const { statusCode: status, elapsedTime: milliseconds } = reply;
        traffic.answered(api, status, milliseconds, status === 503 && (shed?.(request) ?? false));
        answered?.({ request, api, status, milliseconds });
      }
      done();
    });
    app.addHook('onError', (_request, _reply, error, done) => {
      if (unforeseen(error)) stacks.seen(error);
      done();
    });
  };

/** Refusals are values, lost stores are looked at by themselves, and Fastify's own are the client's mistakes. */
function unforeseen(error: Error & { statusCode?: number }): boolean {
  if (error instanceof Failure || error instanceof ReplayedFailure) return false;
  return error.name !== 'StoreUnavailable' && !(error.statusCode !== undefined && error.statusCode < 500);
}
