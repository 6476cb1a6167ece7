import Type from 'typebox';
import { Failure } from '../lib/failure.ts';
import type { Routes } from '../lib/http.ts';

const tags = ['health'];
const response = { 200: Type.Object({ status: Type.String() }) };

/** @param ready resolves when requests can be served; rejects with the store's error otherwise */
export const healthRoutes =
  (ready: () => Promise<void>): Routes =>
  (app) => {
    app.get('/healthz', { schema: { tags, summary: 'The process lives', response } }, async () => ({ status: 'ok' }));
    app.get('/readyz', { schema: { tags, summary: 'It can serve', response } }, async () => {
      await ready().catch(() => {
        throw new Failure('STORE_UNAVAILABLE', 'A store does not answer yet.', { 'retry-after': '1' });
      });
      return { status: 'ready' };
    });
  };
