// The service's own HTTP shell, with a store that everybody would wait too long for.
import { buildApp } from '../../server/http/app.ts';
import { makeLog } from '../../server/lib/log.ts';

const app = await buildApp({
  log: makeLog('error'),
  trustedHops: 0,
  limits: { perAddress: 0, perUser: 0, userOf: async () => null, gossip: null },
  early: { full: { reserve: () => true }, refused: () => {}, refusedLate: () => {} },
  draining: () => false,
  observe: () => {},
  routes: [(own) => void own.post('/api/v1/reservation', async () => ({}))],
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
