// Redis is gone: whoever is inside goes on reserving on the pass in their token, until their slot's end, and nobody else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import type { Services } from '../../scripts/services/services.ts';
import { QueueTokens } from '../../server/identity/queue-tokens.ts';
import { bearer, OPEN, TOKEN, TOKEN_SECRET } from '../http/support/modes.ts';
import { expectProblem, fresh, type Place, type User, World } from '../http/support/world.ts';
import { POSTGRES } from '../support/databases.ts';
import { ownServers, sharedServer } from '../support/servers.ts';

const redis = await sharedServer('redis');
const LATER = { timeout: 45_000, interval: 50 };
const AN_HOUR = 3_600_000;
const tokens = new QueueTokens(TOKEN_SECRET);

describe.skipIf(redis.missing || POSTGRES.missing)('the pass in a queue token', () => {
  let servers: Services;
  let database: string;
  /** One sale, where people prove who they are, and where they are believed. */
  let proving: World;
  let believing: World;
  let inside: User & Place;
  let waiting: User & Place;
  /** Was let in after entering; `early` is the token from before. */
  let promoted: User & Place & { early: string };

  beforeAll(async () => {
    [servers, database] = await Promise.all([
      ownServers(['redis'], { appendfsync: 'always' }),
      createDatabase(process.env.JARI_TEST_DATABASE_URL as string),
    ]);
    const env = { DATABASE_URL: database, REDIS_URL: servers.urls.REDIS_URL as string };
    proving = await World.start(TOKEN, env);
    believing = await World.start(OPEN, env);
    await proving.configure('small', { cap: 2 });
    inside = await entered('small');
    const leaving = await entered('small');
    const early = await entered('small');
    waiting = await entered('small');
    expect([inside, early, waiting].map(({ status }) => status)).toEqual(['ACTIVE', 'WAITING', 'WAITING']);
    await proving.ask('DELETE', '/api/v1/token', undefined, bearer(leaving.token));
    promoted = { ...early, ...(await placeOf(early.token)), early: early.token };
    expect(promoted.status).toBe('ACTIVE');
  });
  afterAll(async () => {
    await Promise.all([proving?.service.stop(), believing?.service.stop(), servers?.stop()]);
    await dropDatabase(database);
  });

  async function entered(queueId: string): Promise<User & Place> {
    const user = await proving.user();
    return { ...user, ...(await proving.enter(user, queueId)) };
  }
  async function placeOf(token: string): Promise<Place> {
    const answer = await proving.ask<Place>('GET', '/api/v1/token', undefined, bearer(token));
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  }
  const reserve = (world: World, whose: Place, headers: Record<string, string>, how = '') => {
    const { userId, queueId } = whose;
    return world.ask('POST', `/api/v1/reservation${how}`, { userId, queueId, ...proving.seat() }, headers);
  };
  const signed = ({ userId, queueId, ticket }: Place, insideUntil: number) =>
    bearer(tokens.sign({ userId, queueId, ticket, insideUntil: new Date(insideUntil) }));

  it('is issued with the slot, and stays the same while the slot does', async () => {
    const until = (place: Place) => tokens.read(place.token)?.insideUntil?.toISOString();
    expect(until(inside)).toBe(inside.expiresAt);
    expect(until(waiting)).toBeUndefined();
    expect((await placeOf(waiting.token)).token).toBe(waiting.token);
    expect(promoted.token).not.toBe(promoted.early);
    expect(until(promoted)).toBe(promoted.expiresAt);
    for (const one of [inside, promoted]) expect((await placeOf(one.token)).token).toBe(one.token);
  });

  it('says nothing against the line while that answers', async () => {
    const left = await entered(fresh('queue'));
    await proving.ask('DELETE', '/api/v1/token', undefined, bearer(left.token));
    expectProblem(await reserve(proving, left, bearer(left.token)), 403, 'NOT_ADMITTED');
    expectProblem(await reserve(believing, left, bearer(left.token)), 403, 'NOT_ADMITTED');

    const queueId = fresh('queue');
    await proving.configure(queueId, { activeSeconds: 1 });
    const over = await entered(queueId);
    await expect.poll(async () => (await placeOf(over.token)).status, LATER).toBe('EXPIRED');
    expectProblem(await reserve(proving, over, signed(over, Date.now() + AN_HOUR)), 403, 'NOT_ADMITTED');
    expectProblem(await reserve(proving, waiting, signed(waiting, Date.now() + AN_HOUR)), 403, 'NOT_ADMITTED');
  });

  describe('while Redis is gone', () => {
    beforeAll(() => servers.kill('redis'));
    afterAll(() => servers.restart('redis'));

    it('lets those inside go on reserving', async () => {
      for (const one of [inside, promoted]) {
        const taken = await reserve(proving, one, bearer(one.token));
        expect(taken).toMatchObject({ status: 200, body: { status: 'CONFIRMED', userId: one.userId } });
        const held = await reserve(proving, one, bearer(one.token), '/hold');
        expect(held).toMatchObject({ status: 200, body: { status: 'HELD' } });
        const path = `/api/v1/reservation/${held.body.reservationId}/pay`;
        const paid = await proving.ask('POST', path, {}, bearer(one.token));
        expect(paid).toMatchObject({ status: 200, body: { status: 'CONFIRMED' } });
      }
    });

    it('is needed by whoever reserves: 503 without, to try again', async () => {
      expectProblem(await reserve(proving, inside, inside.login), 503, 'STORE_UNAVAILABLE');
      expectProblem(await reserve(proving, waiting, bearer(waiting.token)), 503, 'STORE_UNAVAILABLE');
      expectProblem(await reserve(proving, promoted, bearer(promoted.early)), 503, 'STORE_UNAVAILABLE');
      const entering = await proving.ask('POST', '/api/v1/token/create', { userId: inside.id }, inside.login);
      expectProblem(entering, 503, 'STORE_UNAVAILABLE');
    });

    it('is good until the end of the slot, and for one user and line', async () => {
      expectProblem(await reserve(proving, inside, signed(inside, Date.now() - 1)), 503, 'STORE_UNAVAILABLE');
      expectProblem(await reserve(proving, waiting, bearer(inside.token)), 403, 'FORBIDDEN');
      const elsewhere = { ...inside, queueId: fresh('queue') };
      expectProblem(await reserve(proving, elsewhere, bearer(inside.token)), 401, 'UNAUTHENTICATED');
      const forged = inside.token.replace(/[^.]+$/, promoted.token.split('.')[2] as string);
      expectProblem(await reserve(proving, inside, bearer(forged)), 401, 'UNAUTHENTICATED');
    });

    it('is good where users are believed as well, though none is asked for while the line answers', async () => {
      expectProblem(await reserve(believing, inside, {}), 503, 'STORE_UNAVAILABLE');
      expectProblem(await reserve(believing, inside, bearer(promoted.token)), 503, 'STORE_UNAVAILABLE');
      expectProblem(await reserve(believing, inside, signed(inside, Date.now() - 1)), 503, 'STORE_UNAVAILABLE');
      expectProblem(await reserve(believing, inside, bearer('a.b.c')), 503, 'STORE_UNAVAILABLE');
      expect((await reserve(believing, inside, bearer(inside.token))).status).toBe(200);
    });
  });

  it('is needed no more when Redis is back, and everything is sound', async () => {
    await expect.poll(async () => (await reserve(proving, inside, inside.login)).status, LATER).toBe(200);
    // Each process finds out by itself that Redis is back.
    await expect.poll(async () => (await reserve(believing, promoted, {})).status, LATER).toBe(200);
    await proving.expectAuditOk();
  });
});
