import type { Identity } from '../identity/identity.ts';
import type { Routes } from '../lib/http.ts';

/** Puts routes under /ops/api, for operators only. */
export const behindOperatorsCheck =
  (identity: Identity, routes: readonly Routes[]): Routes =>
  (app) => {
    app.register(
      async (operators) => {
        operators.addHook('onRequest', async (request) => identity.operator(request.headers.authorization));
        for (const add of routes) add(operators);
      },
      { prefix: '/ops/api' },
    );
  };
