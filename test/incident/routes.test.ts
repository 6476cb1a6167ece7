import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { openPostgres } from '../../server/db/pg/driver.ts';
import { hurtUsers } from '../../server/incident/hurt.ts';
import { entry } from '../../server/incident/respond/response.ts';
import { sqlIncidentStore } from '../../server/incident/sql/store.ts';
import { call, OPS_TOKEN, type Service, startService } from '../support/service.ts';
import { recorded } from './support/recorded.ts';

const server = process.env.JARI_TEST_DATABASE_URL as string;
const OPS = { authorization: `Bearer ${OPS_TOKEN}` };
const PATH = '/ops/api/incidents';

describe.skipIf(!server)('incidents for operators', () => {
  let url: string;
  let service: Service;
  let client: pg.Client;
  let id: number;
  beforeAll(async () => {
    url = await createDatabase(server);
    service = await startService({ DATABASE_URL: url });
    client = new pg.Client(url);
    await client.connect();
    // An incident of another process, that is over.
    const database = openPostgres(url);
    const store = sqlIncidentStore(database, 'other');
    const series = recorded('db-lock');
    const pulse = await store.pulse(['RESERVATION_BOTTLENECK'], new Date(series[8]?.at ?? 0));
    id = pulse?.incident.id as number;
    await store.note(id, [entry('incident', 'OPENED'), entry('bypass', 'ON'), entry('incident', 'CLOSED')]);
    await store.keepSamples(id, series);
    const harms = Array.from({ length: 1_005 }, (_, i) => ({
      who: { userId: `user-${String(i).padStart(4, '0')}` },
      at: Date.now(),
      what: 'FAILED' as const,
      api: 'reservation',
      status: 503,
      milliseconds: 12,
    }));
    await store.hurt(id, hurtUsers(harms, new Map()));
    await client.query(`UPDATE incidents SET closed_at = clock_timestamp() - interval '1 minute',
      opened_at = clock_timestamp() - interval '2 minutes', began_at = clock_timestamp() - interval '123 seconds'`);
    await database.close();
  });
  afterAll(async () => {
    await client?.end();
    await service?.stop();
    await dropDatabase(url);
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(service.url + path, { headers: { ...OPS, ...headers } });

  it('are listed, and told one by one', async () => {
    const list = await call<{ items: Record<string, unknown>[] }>(service.url, 'GET', PATH, undefined, OPS);
    expect(list.body.items).toEqual([
      {
        id,
        status: 'CLOSED',
        kinds: ['RESERVATION_BOTTLENECK'],
        beganAt: expect.stringMatching(/Z$/),
        noticedAt: expect.stringMatching(/Z$/),
        closedAt: expect.stringMatching(/Z$/),
        durationSeconds: 63,
        affectedUsers: 1_005,
        loweredCaps: [],
        summary: expect.stringContaining('1005 users were affected'),
      },
    ]);
    const one = await call<{ timeline: { text: string; subject: string }[] }>(
      service.url,
      'GET',
      `${PATH}/${id}?lang=ko`,
      undefined,
      OPS,
    );
    expect(one.status).toBe(200);
    expect(one.body).toMatchObject({ impact: { users: 1_005, failed: 1_005 }, improvements: { edited: null } });
    const { timeline } = one.body;
    expect(timeline.map(({ subject }) => subject)).toEqual(['incident', 'bypass', 'incident']);
    expect(timeline[0]?.text).toBe('장애 시작');
  });

  it('have a report in two languages and two forms', async () => {
    const html = await get(`${PATH}/${id}/report`);
    expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await html.text()).toContain('<html lang="en">');
    expect(await (await get(`${PATH}/${id}/report`, { 'accept-language': 'ko-KR,ko;q=0.9' })).text()).toContain(
      '<html lang="ko">',
    );
    expect(await (await get(`${PATH}/${id}/report?lang=en`, { 'accept-language': 'ko' })).text()).toContain(
      '<html lang="en">',
    );
    const markdown = await get(`${PATH}/${id}/report?lang=ko`, { accept: 'text/markdown' });
    expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(await markdown.text()).toMatch(/^# 장애 보고서 #\d+\n[\s\S]*## 6\. 재발 방지를 위한 개선 작업/);
  });

  it('have their affected users, page by page as JSON, all of them as CSV', async () => {
    type Page = { items: { userId: string }[]; nextCursor: string | null };
    const first = (await (await get(`${PATH}/${id}/affected-users`)).json()) as Page;
    expect(first.items).toHaveLength(1_000);
    expect(first.items[0]).toEqual({
      userId: 'user-0000',
      failed: 1,
      slow: 0,
      slotEnded: false,
      holdEnded: false,
      worstStatus: 503,
      longestMilliseconds: 12,
      apis: ['reservation'],
      firstAt: expect.stringMatching(/Z$/),
      lastAt: expect.stringMatching(/Z$/),
    });
    const second = (await (await get(`${PATH}/${id}/affected-users?cursor=${first.nextCursor}`)).json()) as Page;
    expect([second.items.length, second.nextCursor]).toEqual([5, null]);
    const csv = await get(`${PATH}/${id}/affected-users`, { accept: 'text/csv' });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await csv.text()).trim().split('\r\n');
    expect(lines).toHaveLength(1_006);
    expect(lines[1]).toMatch(/^user-0000,1,0,false,false,503,12,reservation,/);
  });

  it("keep an operator's words, and go back to the draft without them", async () => {
    const edit = (improvements: unknown) => call(service.url, 'PATCH', `${PATH}/${id}`, { improvements }, OPS);
    expect((await edit('Split the stock.')).body).toMatchObject({ improvements: { edited: 'Split the stock.' } });
    expect(await (await get(`${PATH}/${id}/report`)).text()).toContain('Split the stock.');
    await service.kill();
    await service.restart();
    expect(await (await get(`${PATH}/${id}/report`)).text()).toContain('Split the stock.');
    expect((await edit(null)).body).toMatchObject({ improvements: { edited: null, editedAt: expect.any(String) } });
    expect(await (await get(`${PATH}/${id}/report`)).text()).not.toContain('Split the stock.');
    for (const wrong of [5, 'a\u0000b', 'x'.repeat(20_001)]) expect((await edit(wrong)).status).toBe(400);
    expect((await call(service.url, 'PATCH', `${PATH}/${id}`, { kinds: [] }, OPS)).status).toBe(400);
  });

  it('are made good for once, with the same answer to the same key', async () => {
    const body = { kind: 'WALLET_CREDIT', amount: 5_000, userIds: ['user-0001', 'nobody'] };
    const give = (headers: object = {}) =>
      call<Record<string, unknown>>(service.url, 'POST', `${PATH}/${id}/compensate`, body, { ...OPS, ...headers });
    const dry = await call<Record<string, unknown>>(
      service.url,
      'POST',
      `${PATH}/${id}/compensate`,
      { ...body, dryRun: true },
      OPS,
    );
    expect(dry.body).toMatchObject({ dryRun: true, count: 1, userIds: ['user-0001'], notAffected: ['nobody'] });
    const key = { 'idempotency-key': 'once' };
    const given = await give(key);
    expect(given.body).toMatchObject({ dryRun: false, count: 1, already: 0, amount: 5_000 });
    const replayed = await give(key);
    expect([replayed.body, replayed.headers.get('idempotency-replayed')]).toEqual([given.body, 'true']);
    expect((await give()).body).toMatchObject({ count: 0, already: 1 });
    const ledger = await call<{ items: { kind: string; amount: number }[] }>(
      service.url,
      'GET',
      '/api/v1/wallet/user-0001/entries',
    );
    expect(ledger.body.items.filter(({ amount }) => amount === 5_000)).toMatchObject([{ kind: 'CHARGE' }]);
    for (const wrong of [
      {},
      { kind: 'GIFT' },
      { kind: 'WALLET_CREDIT' },
      { kind: 'WALLET_CREDIT', amount: 1.5 },
      { kind: 'PRIORITY_REENTRY', queueId: 'no spaces' },
    ]) {
      expect((await call(service.url, 'POST', `${PATH}/${id}/compensate`, wrong, OPS)).status).toBe(400);
    }
  });

  it.each([
    ['GET', ''],
    ['GET', '/1'],
    ['PATCH', '/1', { improvements: 'x' }],
    ['GET', '/1/report'],
    ['GET', '/1/affected-users'],
    ['POST', '/1/compensate', { kind: 'WALLET_CREDIT', amount: 1 }],
  ])('%s %s is for operators alone, and of an unknown incident not found', async (method, path, body?: object) => {
    expect((await call(service.url, method, PATH + path, body)).status).toBe(401);
    const unknown = path.replace('1', '999999');
    if (path !== '')
      expect((await call(service.url, method, PATH + unknown, body, OPS)).body).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    if (path === '/1') expect((await call(service.url, method, `${PATH}/one`, body, OPS)).status).toBe(400);
  });

  it('are in the OpenAPI document', async () => {
    const { body } = await call<{
      paths: Record<string, Record<string, { responses: Record<string, { content: object }> }>>;
    }>(service.url, 'GET', '/openapi.json');
    const at = (path: string) =>
      Object.keys(body.paths[`/ops/api/incidents/{incidentId}${path}`]?.get?.responses['200']?.content ?? {});
    expect(at('/report')).toEqual(['text/html', 'text/markdown']);
    expect(at('/affected-users')).toEqual(['application/json', 'text/csv']);
  });
});
