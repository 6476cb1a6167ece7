import { describe, expect, it } from 'vitest';
import { bearer } from '../support/modes.ts';
import { expectProblem, fresh, ISO, OPS, type World } from '../support/world.ts';

const AREAS = ['logs', 'redis', 'db', 'kafka', 'scheduler'];
const FOR_OPERATORS: readonly (readonly [string, string])[] = [
  ['GET', '/ops/api/checklist'],
  ['GET', '/ops/api/audit'],
  ['GET', '/ops/api/queues/main'],
  ['PATCH', '/ops/api/queues/main'],
  ['GET', '/ops/api/queues/main/challenge'],
  ['PATCH', '/ops/api/queues/main/challenge'],
  ['GET', '/ops/api/dead-letters'],
  ['POST', '/ops/api/dead-letters/replay'],
  ['GET', '/ops/api/incidents'],
  ['GET', '/ops/api/incidents/1'],
  ['GET', '/ops/api/incidents/1/report'],
  ['GET', '/ops/api/incidents/1/affected-users'],
  ['POST', '/ops/api/incidents/1/compensate'],
  ['GET', '/metrics'],
];

export function operatorRoutes(world: () => World): void {
  describe('operators', () => {
    it.each(FOR_OPERATORS)('%s %s is for them alone', async (method, path) => {
      const body = method === 'PATCH' ? { cap: 1 } : method === 'POST' ? {} : undefined;
      const user = await world().user();
      const { token } = await world().enter(user, fresh('queue'));
      for (const headers of [
        {},
        bearer('not-the-ops-token'),
        bearer(`${OPS.authorization?.slice(7)}x`),
        { authorization: `Basic ${btoa('ops:token')}` },
        bearer(token),
        user.login,
      ]) {
        expectProblem(await world().ask(method, path, body, headers), 401, 'UNAUTHENTICATED');
      }
    });

    it('see how everything is', async () => {
      const { body } = await world().ask('GET', '/ops/api/checklist', undefined, OPS);
      expect(Object.keys(body)).toEqual(['checkedAt', 'areas']);
      expect(body.checkedAt).toMatch(ISO);
      const areas = body.areas as Record<string, { status: string; items: unknown[] }>;
      expect(Object.keys(areas)).toEqual(AREAS);
      expect(areas.db?.status).toBe('OK');
      expect(areas.scheduler?.status).toBe('OK');
      expect([areas.redis, areas.kafka]).toEqual([
        { status: 'OFF', items: [] },
        { status: 'OFF', items: [] },
      ]);
    });

    it('see that the invariants hold', async () => {
      const { body } = await world().ask<{ ok: boolean; checks: { name: string }[] }>(
        'GET',
        '/ops/api/audit',
        undefined,
        OPS,
      );
      expect(body.ok, JSON.stringify(body)).toBe(true);
      const names = body.checks.map(({ name }) => name).join('\n');
      for (const word of ['cap', 'one owner', 'capacity', 'ledger', 'paid exactly once', 'dead letters'])
        expect(names).toContain(word);
    });

    it('see and change a line', async () => {
      const queueId = fresh('queue');
      const path = `/ops/api/queues/${queueId}`;
      expectProblem(await world().ask('GET', path, undefined, OPS), 404, 'NOT_FOUND');
      const patch = { cap: 7, state: 'PAUSED', activeSeconds: 120, releaseOnConfirm: true };
      const changed = await world().ask('PATCH', path, patch, OPS);
      expect([changed.status, changed.body]).toMatchObject([200, { queueId, ...patch, active: 0, waiting: 0 }]);
      expect((await world().ask('GET', path, undefined, OPS)).body).toEqual(changed.body);
      const partly = await world().ask('PATCH', path, { cap: 8 }, OPS);
      expect(partly.body).toEqual({ ...changed.body, cap: 8 });
      expect((await world().ask('GET', `/api/v1/queue/${queueId}`)).body).toMatchObject({ cap: 8, state: 'PAUSED' });
    });

    it('cannot give a line nonsense', async () => {
      const queueId = fresh('queue');
      for (const patch of [
        {},
        { cap: -1 },
        { cap: 1.5 },
        { cap: '50' },
        { cap: null },
        { state: 'CLOSED' },
        { activeSeconds: 0 },
        { releaseOnConfirm: 'yes' },
        { queueId: 'other' },
      ]) {
        expectProblem(await world().configure(queueId, patch), 400, 'VALIDATION_FAILED');
      }
      expectProblem(await world().ask('GET', `/ops/api/queues/${queueId}`, undefined, OPS), 404, 'NOT_FOUND');
    });

    it('see and replay dead letters', async () => {
      const list = await world().ask('GET', '/ops/api/dead-letters', undefined, OPS);
      expect(list.body).toEqual({ items: [] });
      const replay = (body?: unknown) => world().ask('POST', '/ops/api/dead-letters/replay', body, OPS);
      expect((await replay()).status).toBe(200);
      expect((await replay({ dryRun: true })).body).toEqual({ dryRun: true, count: 0, items: [] });
      expect((await replay({ ids: [1, 2] })).body).toEqual({ dryRun: false, count: 0, items: [] });
      expectProblem(await replay({ ids: ['1'] }), 400, 'VALIDATION_FAILED');
    });

    it('read metrics', async () => {
      const { text, headers } = await world().ask('GET', '/metrics', undefined, OPS);
      expect(headers.get('content-type')).toMatch(/^text\/plain/);
      for (const name of ['jari_http_request_duration_seconds_bucket', 'jari_queue_active', 'jari_scheduler_runs'])
        expect(text).toContain(name);
      expect(text).not.toMatch(/user-\d/);
    });
  });
}
