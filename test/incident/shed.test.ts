import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildApp } from '../../server/http/app.ts';
import type { Situation } from '../../server/incident/respond/response.ts';
import { Shed } from '../../server/incident/respond/shed.ts';
import type { App } from '../../server/lib/http.ts';
import { makeLog } from '../../server/lib/log.ts';
import type { Sample } from '../../server/monitor/sample.ts';
import { answers, well } from './support/samples.ts';

const TOKEN = '/api/v1/token/create';

describe('shedding', () => {
  let app: App;
  let url: string;
  let shed: Shed;
  /** Requests that the server has let through or refused. */
  let arrived = 0;
  /** Lets those go who are being answered, once so many have arrived. */
  let release: (count?: number) => Promise<void>;
  beforeEach(async () => {
    shed = new Shed({ tokenMilliseconds: 500, random: () => 0.5 });
    let gate = Promise.withResolvers<void>();
    arrived = 0;
    release = async (count = 0) => {
      for (const until = Date.now() + 20_000; arrived < count && Date.now() < until; ) await sleep(10);
      arrived = 0;
      gate.resolve();
      gate = Promise.withResolvers<void>();
    };
    const answer = async () => {
      arrived++;
      await gate.promise;
      return { ok: true };
    };
    app = await buildApp({
      log: makeLog('silent'),
      trustedHops: 0,
      limits: { perAddress: 0, perUser: 0, userOf: async () => null, gossip: null },
      draining: () => false,
      observe: () => {},
      routes: [
        (own) =>
          void own.addHook('onError', (request, _reply, _error, done) => {
            if (shed.refused(request)) arrived++;
            done();
          }),
        shed.routes,
        (own) => void own.post(TOKEN, answer),
        (own) => void own.post('/api/v1/reservation', answer),
      ],
    });
    url = await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    await release();
    await app.close();
  });

  const situation = (unwell: number, over: Partial<Sample> = {}): Situation => ({
    incident: unwell === Number.POSITIVE_INFINITY ? null : ({ id: 1 } as Situation['incident']),
    unwell: () => unwell,
    latest: well(Date.now(), over),
  });
  const slow = { http: { token: answers(30, 900) } };
  const post = (path: string) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"userId":"a"}' });

  it('refuses nobody while nothing is wrong, or tokens are issued in time', async () => {
    expect(shed.follow(situation(Number.POSITIVE_INFINITY, slow))).toEqual([]);
    expect(shed.follow(situation(0))).toEqual([]);
    expect(shed.inForce).toBe(false);
    const asked = Array.from({ length: 60 }, () => post(TOKEN));
    await release(60);
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('refuses those above a limit at once, with Retry-After, and answers the others', async () => {
    expect(shed.follow(situation(0, slow))).toMatchObject([{ subject: 'shed', code: 'ON', facts: { limit: 16 } }]);
    const asked = Array.from({ length: 60 }, () => post(TOKEN));
    const first = await Promise.race(asked);
    expect(first.status).toBe(503);
    expect(first.headers.get('retry-after')).toBe('2');
    expect(await first.json()).toMatchObject({ code: 'OVERLOADED', status: 503 });
    // Who is inside goes on.
    const reserving = post('/api/v1/reservation');
    await release(61);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(16);
    expect(statuses.filter((status) => status === 503)).toHaveLength(44);
    expect((await reserving).status).toBe(200);
    expect(shed.follow(situation(6_000))).toMatchObject([{ code: 'OFF', facts: { refused: 44 } }]);
  });

  it('takes more as it gets better, fewer while it is slow, and everybody when it is over', async () => {
    shed.follow(situation(0, slow));
    const room = async () => {
      const asked = Array.from({ length: 60 }, () => post(TOKEN));
      await release(60);
      return (await Promise.all(asked)).filter(({ status }) => status === 200).length;
    };
    for (let i = 0; i < 6; i++) expect(shed.follow(situation(0))).toEqual([]);
    const more = await room();
    expect(more).toBeGreaterThan(20);
    for (let i = 0; i < 2; i++) shed.follow(situation(0, slow));
    expect(await room()).toBeLessThan(more);
    shed.follow(situation(6_000));
    expect(await room()).toBe(60);
  });
});
