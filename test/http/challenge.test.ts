// A line whose operators ask who enters for a calculation: over HTTP, with the solver that docs/SECURITY.md gives away.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Challenge } from '../../contract/challenge.ts';
import type { Answer } from '../support/service.ts';
import { TOKEN } from './support/modes.ts';
import { expectProblem, fresh, OPS, type Place, type User, World } from './support/world.ts';

/** Few, so that a test takes no time; more than a wrong solution meets by chance. */
const BITS = 12;
type Solve = (challenge: string, bits: number) => string;

const documented = /```js\n(.*?)```/s.exec(readFileSync(join(import.meta.dirname, '../../docs/SECURITY.md'), 'utf8'));
const { solve } = (await import(`data:text/javascript,${encodeURIComponent(documented?.[1] ?? '')}`)) as {
  solve: Solve;
};

describe('entering a line that asks for a calculation', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(TOKEN);
  });
  afterAll(() => world.service.stop());

  const setting = (queueId: string) => `/ops/api/queues/${queueId}/challenge`;
  const set = (queueId: string, bits: unknown) => world.ask('PATCH', setting(queueId), { bits }, OPS);
  const enter = (user: User, queueId: string, headers: Record<string, string> = {}) =>
    world.ask<Place>('POST', '/api/v1/token/create', { userId: user.id, queueId }, { ...user.login, ...headers });
  const challengeIn = ({ body }: Answer<unknown>) => (body as { challenge: Challenge }).challenge;
  const solved = (challenge: string, bits = BITS) => ({
    'jari-challenge': challenge,
    'jari-solution': solve(challenge, bits),
  });

  /** A line that asks, and somebody whom it has asked. */
  async function asked() {
    const [user, queueId] = [await world.user(), fresh('queue')];
    await set(queueId, BITS);
    const answer = await enter(user, queueId);
    expectProblem(answer, 403, 'CHALLENGE_REQUIRED');
    return { user, queueId, answer, ...challengeIn(answer) };
  }

  it('refuses, says what to solve, and lets in with the solution, as often as they ask', async () => {
    const { user, queueId, challenge, bits, expiresAt } = await asked();
    expect(bits).toBe(BITS);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(60_000);
    const headers = solved(challenge);
    const entered = await enter(user, queueId, headers);
    expect([entered.status, entered.body.status, entered.body.ticket]).toEqual([200, 'ACTIVE', 1]);
    // Sent again it finds the same place: a solution can't be used up, and takes no second place.
    expect((await enter(user, queueId, headers)).body).toEqual(entered.body);
    expectProblem(await enter(user, queueId), 403, 'CHALLENGE_REQUIRED');
  });

  it('refuses whatever is no solution of a challenge of this user and line, with one that is', async () => {
    const { user, queueId, challenge } = await asked();
    const { user: other, queueId: elsewhere, challenge: others } = await asked();
    const good = solved(challenge);
    const wrong = { ...good, 'jari-solution': 'a-guess' };
    const cases: Record<string, Record<string, string>> = {
      'a guess': wrong,
      'no solution': { 'jari-challenge': challenge },
      'no challenge': { 'jari-solution': good['jari-solution'] },
      'somebody else’s': solved(others),
      empty: { 'jari-challenge': '', 'jari-solution': '' },
      forged: solved(`${challenge.slice(0, -1)}${challenge.endsWith('A') ? 'B' : 'A'}`),
      easier: solved(challenge.replace(/^\d+/, '1'), 1),
      longer: solved(challenge.replace(/\.\d{10}\./, '.9999999999.')),
      garbage: { 'jari-challenge': '%00{}<>\'"', 'jari-solution': '12.9999999999.x' },
      huge: { 'jari-challenge': '1'.repeat(6_000), 'jari-solution': 'x'.repeat(6_000) },
    };
    for (const [name, headers] of Object.entries(cases)) {
      const answer = await enter(user, queueId, headers);
      expectProblem(answer, 403, 'CHALLENGE_FAILED');
      expect(challengeIn(answer), name).toMatchObject({ bits: BITS, challenge: expect.stringMatching(/^12\./) });
    }
    expectProblem(await enter(other, queueId, good), 403, 'CHALLENGE_FAILED');
    expectProblem(await enter(user, elsewhere, good), 403, 'CHALLENGE_FAILED');
    const tooLong = await enter(user, queueId, { 'jari-challenge': '1'.repeat(17_000) });
    expect([tooLong.status, (tooLong.body as { code?: string }).code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((await enter(user, queueId, good)).status).toBe(200);
  });

  it('asks nobody who has not proven who they are, and gives them no challenge', async () => {
    const { user, queueId } = await asked();
    const answer = await world.ask('POST', '/api/v1/token/create', { userId: user.id, queueId });
    expectProblem(answer, 401, 'UNAUTHENTICATED');
    expect(answer.body).not.toHaveProperty('challenge');
  });

  it('keeps no refusal under an Idempotency-Key', async () => {
    const { user, queueId, challenge } = await asked();
    const key = { 'idempotency-key': fresh('key') };
    expectProblem(await enter(user, queueId, key), 403, 'CHALLENGE_REQUIRED');
    const entered = await enter(user, queueId, { ...key, ...solved(challenge) });
    expect([entered.status, entered.headers.has('idempotency-replayed')]).toEqual([200, false]);
  });

  it('whoever is in the line already goes on with their token alone', async () => {
    const [user, queueId] = [await world.user(), fresh('queue')];
    await set(queueId, 0);
    const { body } = await enter(user, queueId);
    await set(queueId, BITS);
    const place = await world.ask<Place>('GET', '/api/v1/token', undefined, { authorization: `Bearer ${body.token}` });
    expect([place.status, place.body.ticket]).toEqual([200, body.ticket]);
  });

  it('is asked for in lines that nobody has set as well, and not where it is switched off', async () => {
    const { queueId } = await asked();
    expectProblem(await enter(await world.user(), fresh('made-up')), 403, 'CHALLENGE_REQUIRED');
    await set(queueId, 0);
    expect((await enter(await world.user(), queueId)).status).toBe(200);
    expect((await world.ask('GET', setting(queueId), undefined, OPS)).body).toEqual({ queueId, bits: 0, own: 0 });
    const followed = await set(queueId, null);
    expect(followed.body).toEqual({ queueId, bits: BITS, own: null });
  });

  it('cannot be set to nonsense', async () => {
    for (const bits of [1, 7, 23, 64, -8, 12.5, '12', true, [], undefined]) {
      expectProblem(await set(fresh('queue'), bits), 400, 'VALIDATION_FAILED');
    }
    expectProblem(await world.ask('PATCH', setting('not%20a%20line'), { bits: 8 }, OPS), 400, 'VALIDATION_FAILED');
  });

  it('leaves everything sound', () => world.expectAuditOk());
});
