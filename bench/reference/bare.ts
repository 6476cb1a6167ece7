// The bare reference: Fastify with the contract's own schemas, answering a constant. No store, no rules, no logs.
import Fastify from 'fastify';
import { EnterBody, PlaceWithToken } from '../../contract/queue.ts';
import { Reservation, ReserveBody } from '../../contract/reservation.ts';
import { validatorCompiler } from '../../server/http/validation.ts';
import type { SchemaTypes } from '../../server/lib/http.ts';

const app = Fastify().withTypeProvider<SchemaTypes>();
app.setValidatorCompiler(validatorCompiler);

const place = {
  queueId: 'main',
  status: 'WAITING',
  position: 12_345,
  ticket: 12_395,
  etaSeconds: 1_234,
  expiresAt: null,
  pollAfterSeconds: 30,
  token: 'e'.repeat(190),
} as const;
const reservation = {
  reservationId: 'd9a4b9e0-0000-4000-8000-000000000000',
  status: 'CONFIRMED',
  price: 99_000,
  balance: 999_901_000,
  heldUntil: null,
  confirmedAt: '2026-01-01T00:00:00.000Z',
} as const;

app.post(
  '/api/v1/token/create',
  { schema: { body: EnterBody, response: { 200: PlaceWithToken } } },
  async (request) => ({
    ...place,
    userId: request.body.userId,
  }),
);
app.get('/api/v1/token', { schema: { response: { 200: PlaceWithToken } } }, async () => ({
  ...place,
  userId: 'somebody',
}));
app.post('/api/v1/reservation', { schema: { body: ReserveBody, response: { 200: Reservation } } }, async (request) => ({
  ...reservation,
  ...request.body,
}));

console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
