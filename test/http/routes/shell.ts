import { describe, expect, it } from 'vitest';
import { call } from '../../support/service.ts';
import { expectProblem, fresh, type World } from '../support/world.ts';

/** Every path of the contract, with the methods it answers. */
const ALLOWED: readonly (readonly [string, string])[] = [
  ['/api/v1/token/create', 'POST'],
  ['/api/v1/token', 'DELETE, GET, HEAD'],
  ['/api/v1/token/events', 'GET'],
  ['/api/v1/queue/main', 'GET, HEAD'],
  ['/api/v1/concerts', 'GET, HEAD'],
  ['/api/v1/concerts/123/schedules', 'GET, HEAD'],
  ['/api/v1/concerts/123/schedules/456/seats', 'GET, HEAD'],
  ['/api/v1/wallet/somebody', 'GET, HEAD'],
  ['/api/v1/wallet/somebody/entries', 'GET, HEAD'],
  ['/api/v1/wallet/somebody/charge', 'POST'],
  ['/api/v1/reservation', 'GET, HEAD, POST'],
  ['/api/v1/reservation/some-id', 'DELETE, GET, HEAD'],
  ['/api/v1/reservation/some-id/pay', 'POST'],
  ['/ops/api/checklist', 'GET, HEAD'],
  ['/ops/api/audit', 'GET, HEAD'],
  ['/ops/api/queues/main', 'GET, HEAD, PATCH'],
  ['/ops/api/dead-letters', 'GET, HEAD'],
  ['/ops/api/dead-letters/replay', 'POST'],
  ['/healthz', 'GET, HEAD'],
  ['/readyz', 'GET, HEAD'],
  ['/openapi.json', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
];

export function shellRoutes(world: () => World): void {
  const raw = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(world().service.url, method, path, body, headers);

  describe('everywhere', () => {
    it('answers those who ask how it is', async () => {
      expect((await world().ask('GET', '/healthz')).body).toEqual({ status: 'ok' });
      expect((await world().ask('GET', '/readyz')).body).toEqual({ status: 'ready' });
    });

    it('has its documentation to read and to parse', async () => {
      expect((await raw('GET', '/openapi.json')).body.openapi).toBe('3.1.0');
      const docs = await raw('GET', '/docs');
      expect([docs.status, docs.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    });

    it.each(ALLOWED)('%s answers %s and says so to every other method', async (path, allow) => {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        if (allow.split(', ').includes(method)) continue;
        // What else may be wrong with the request does not matter.
        const answer = await raw(method, path, method === 'GET' ? undefined : { nonsense: true });
        expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
        expect(answer.headers.get('allow')).toBe(allow);
      }
    });

    it('takes /reservation/hold for no reservation: it allows POST alone', async () => {
      const path = '/api/v1/reservation/hold';
      for (const method of ['PUT', 'PATCH', 'OPTIONS']) {
        const answer = await raw(method, path);
        expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
        expect(answer.headers.get('allow')).toBe('POST');
      }
      const { login } = await world().user('somebody');
      expectProblem(await raw('GET', path, undefined, login), 404, 'RESERVATION_NOT_FOUND');
    });

    it.each(['/api', '/api/v1', '/api/v2/token', '/api/v1/tokens', '/ops/api', '/ops/api/nope', '/favicon.ico'])(
      'has nothing at %s',
      async (path) => {
        expectProblem(await raw('GET', path), 404, 'NOT_FOUND');
        expectProblem(await raw('POST', path, 'text', { 'content-type': 'text/plain' }), 404, 'NOT_FOUND');
      },
    );

    it('takes nothing but JSON', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])
        expectProblem(
          await raw('POST', '/api/v1/token/create', { userId: 'a' }, { 'content-type': type }),
          415,
          'UNSUPPORTED_MEDIA_TYPE',
        );
      const utf8 = { 'content-type': 'Application/JSON; charset=utf-8', ...(await world().user('somebody')).login };
      expect((await raw('POST', '/api/v1/token/create', { userId: 'somebody' }, utf8)).status).toBe(200);
    });

    it('takes no body above 1 MiB, and one just below', async () => {
      const pad = (bytes: number) => ({ userId: 'a'.repeat(bytes - '{"userId":""}'.length) });
      const answer = await raw('POST', '/api/v1/token/create', pad(1_048_577));
      expectProblem(answer, 413, 'BODY_TOO_LARGE');
      expectProblem(await raw('POST', '/api/v1/token/create', pad(1_048_576)), 400, 'VALIDATION_FAILED');
    });

    it('says field by field what is wrong', async () => {
      const answer = await raw('POST', '/api/v1/reservation', { userId: '', concertId: 0, seatId: 'x', extra: 1 });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      const { errors } = answer.body as unknown as { errors: { path: string; message: string }[] };
      for (const error of errors) expect(Object.keys(error)).toEqual(['path', 'message']);
      expect(errors.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['/userId', '/concertId', '/seatId', '/extra']),
      );
      expect(JSON.stringify(errors)).toContain('concertScheduleId');
    });

    it('gives every request an id of its own, also one that sends its own', async () => {
      const ids = new Set<unknown>();
      for (let i = 0; i < 3; i++) {
        const { body, headers } = await raw('GET', '/nowhere', undefined, { 'x-request-id': 'mine' });
        expect(headers.get('x-request-id')).toBe(body.requestId);
        ids.add(body.requestId);
      }
      expect(ids.size).toBe(3);
      expect(ids).not.toContain('mine');
    });

    it('refuses a broken Idempotency-Key on every POST', async () => {
      const user = await world().inside();
      const bodies: [string, unknown][] = [
        ['/api/v1/token/create', { userId: user.id }],
        [`/api/v1/wallet/${user.id}/charge`, { amount: 1 }],
        ['/api/v1/reservation', { userId: user.id, queueId: user.queueId, ...world().seat() }],
        ['/api/v1/reservation/hold', { userId: user.id, queueId: user.queueId, ...world().seat() }],
        ['/api/v1/reservation/00000000-0000-0000-0000-000000000000/pay', {}],
      ];
      for (const [path, body] of bodies) {
        for (const key of ['', 'two words', 'k'.repeat(256), 'é'])
          expectProblem(
            await world().ask('POST', path, body, { ...user.login, 'idempotency-key': key }),
            400,
            'VALIDATION_FAILED',
          );
      }
      const longest = { ...user.login, 'idempotency-key': fresh('k').padEnd(255, '~') };
      expect((await world().ask('POST', `/api/v1/wallet/${user.id}/charge`, { amount: 1 }, longest)).status).toBe(200);
    });

    it('answers HEAD like GET, without a body', async () => {
      for (const path of ['/healthz', '/api/v1/concerts', '/openapi.json']) {
        const answer = await raw('HEAD', path);
        expect([answer.status, answer.text]).toEqual([200, '']);
      }
      expectProblem({ ...(await raw('GET', '/nowhere')) }, 404, 'NOT_FOUND');
    });
  });
}
