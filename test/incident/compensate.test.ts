import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Compensations } from '../../server/incident/compensate.ts';
import { hurtUsers } from '../../server/incident/hurt.ts';
import { Passes } from '../../server/incident/passes.ts';
import { sqlIncidentArchive } from '../../server/incident/sql/archive.ts';
import { sqlIncidentStore } from '../../server/incident/sql/store.ts';
import { databaseAuditor } from '../../server/monitor/sql/audit.ts';
import { Queue } from '../../server/queue/queue.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { sqlWalletStore } from '../../server/wallet/sql/store.ts';
import { Wallets } from '../../server/wallet/wallet.ts';
import { DATABASES, POSTGRES, type TestDatabase } from '../support/databases.ts';

const OPENING = 1_000;
const USERS = Array.from({ length: 7 }, (_, i) => `user-${i}`);

describe.each(DATABASES)('making good for an incident, on $name', (target) => {
  describe.skipIf(target.missing)('with money and places', () => {
    let world: TestDatabase;
    let wallets: Wallets;
    let queue: Queue;
    let incidentId: number;
    beforeAll(async () => {
      world = await target.open();
      wallets = new Wallets(sqlWalletStore(world.database, OPENING), () => {});
      queue = new Queue(sqlQueueStore(world.database, { cap: 2, activeSeconds: 1_000, noShowSeconds: 300 }));
    });
    afterAll(() => world?.dispose());
    beforeEach(async () => {
      const { database } = world;
      await database.execute(`TRUNCATE incidents, incident_entries, incident_users, compensations, wallets, wallet_entries,
        outbox, places, waiting_blocks, admissions, queues RESTART IDENTITY CASCADE`);
      const store = sqlIncidentStore(database, 'test');
      incidentId = (await store.pulse(['TOKEN_STORM'], null))?.incident.id as number;
      const harms = USERS.map((userId) => ({ who: { userId }, at: Date.now(), what: 'FAILED' as const, status: 503 }));
      await store.hurt(incidentId, hurtUsers(harms, new Map()));
    });

    const passes = () =>
      new Passes({
        open: (most) => sqlIncidentArchive(world.database).openPasses(most),
        used: (id, userIds) => sqlIncidentArchive(world.database).used(id, 'PRIORITY_REENTRY', userIds),
        prioritise: (userId, queueId) => queue.prioritise(userId, queueId),
        log: { warn: () => {} },
      });
    const compensations = (kept = passes()) =>
      new Compensations({
        archive: sqlIncidentArchive(world.database),
        store: sqlIncidentStore(world.database, 'test'),
        credit: (userIds, amount, reference) => wallets.credit(userIds, amount, reference),
        passes: kept,
      });
    const balances = async () => Promise.all(USERS.map(async (userId) => (await wallets.balance(userId)).balance));
    const audit = async () => (await databaseAuditor(world.database)()).filter(({ ok }) => !ok);

    it('credits each affected user once, on the ledger, however many ask at the same time', async () => {
      const asked = await Promise.all(
        Array.from({ length: 8 }, () => compensations().give(incidentId, { kind: 'WALLET_CREDIT', amount: 500 })),
      );
      expect(asked.flatMap(({ userIds }) => userIds).sort()).toEqual(USERS);
      expect(await balances()).toEqual(USERS.map(() => OPENING + 500));
      expect((await wallets.entries('user-0', { limit: 10 })).items).toMatchObject([
        { kind: 'CHARGE', amount: 500 },
        { kind: 'OPENING', amount: OPENING },
      ]);
      expect(await audit()).toEqual([]);
      const again = await compensations().give(incidentId, { kind: 'WALLET_CREDIT', amount: 900 });
      expect(again).toMatchObject({ userIds: [], already: USERS.length });
      expect(await balances()).toEqual(USERS.map(() => OPENING + 500));
    });

    it('tells in a dry run, and gives nothing', async () => {
      const told = await compensations().give(incidentId, { kind: 'WALLET_CREDIT', amount: 500, dryRun: true });
      expect(told).toMatchObject({ dryRun: true, userIds: USERS });
      expect(await balances()).toEqual(USERS.map(() => OPENING));
    });

    it('gives to those who are named, and to nobody who was not affected', async () => {
      const request = { kind: 'WALLET_CREDIT', amount: 70, userIds: ['user-3', 'stranger'] } as const;
      const given = await compensations().give(incidentId, request);
      expect(given).toMatchObject({ userIds: ['user-3'], notAffected: ['stranger'], already: 0 });
      expect((await wallets.balance('stranger')).balance).toBe(OPENING);
      const rest = await compensations().give(incidentId, { kind: 'WALLET_CREDIT', amount: 70 });
      expect(rest).toMatchObject({ userIds: USERS.filter((userId) => userId !== 'user-3'), already: 1 });
    });

    it('is completed by the next call when one was cut off', async () => {
      const archive = sqlIncidentArchive(world.database);
      const grant = { userId: 'user-1', kind: 'WALLET_CREDIT', amount: 30, queueId: null } as const;
      await archive.grant(incidentId, [grant]);
      // It was noted, and perhaps paid, and then the process was killed.
      await compensations().give(incidentId, { kind: 'WALLET_CREDIT', amount: 500, userIds: ['user-2'] });
      await compensations().give(incidentId, { kind: 'WALLET_CREDIT', amount: 500, userIds: ['user-2'] });
      expect((await wallets.balance('user-1')).balance).toBe(OPENING + 30);
      expect((await wallets.balance('user-2')).balance).toBe(OPENING + 500);
      expect(await audit()).toEqual([]);
    });

    it('puts who waits at the front, once, and keeps the promise for who comes later', async () => {
      await queue.enter('inside-1', 'main');
      await queue.enter('inside-2', 'main');
      for (const userId of ['first', 'second', 'user-5']) await queue.enter(userId, 'main');
      const kept = passes();
      const given = await compensations(kept).give(incidentId, {
        kind: 'PRIORITY_REENTRY',
        userIds: ['user-5', 'user-6'],
      });
      expect(given.userIds).toEqual(['user-5', 'user-6']);
      await queue.leave('inside-1', 'main');
      expect((await queue.status('user-5', 'main'))?.status).toBe('ACTIVE');

      // user-6 enters through another process, which has learned of the promise.
      const elsewhere = passes();
      await elsewhere.refresh();
      await queue.enter('user-6', 'main');
      elsewhere.entered('user-6', 'main');
      elsewhere.entered('first', 'main');
      const archive = sqlIncidentArchive(world.database);
      for (const until = Date.now() + 10_000; Date.now() < until && (await archive.openPasses(9)).length > 0; ) {}
      await queue.leave('inside-2', 'main');
      expect((await queue.status('user-6', 'main'))?.status).toBe('ACTIVE');
      expect((await queue.status('first', 'main'))?.position).toBe(1);
      expect(await archive.openPasses(9)).toEqual([]);
      const again = await compensations().give(incidentId, { kind: 'PRIORITY_REENTRY' });
      expect(again).toMatchObject({ already: 2 });
    });

    it('refuses what makes no sense', async () => {
      const give = (request: object) => compensations().give(incidentId, request as never);
      await expect(give({ kind: 'WALLET_CREDIT' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
      await expect(give({ kind: 'PRIORITY_REENTRY', amount: 5 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
      await expect(give({ kind: 'WALLET_CREDIT', amount: 5, queueId: 'main' })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
      });
      await expect(compensations().give(999, { kind: 'PRIORITY_REENTRY' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });
  });
});

describe.skipIf(POSTGRES.missing)('the guard of a credit', () => {
  it('is the unique reference: without it, a credit that is asked for twice is given twice', async () => {
    const { database, dispose } = await POSTGRES.open();
    const store = sqlWalletStore(database, OPENING);
    const twice = async (reference: string) => {
      await store.credit(['ann'], 100, reference);
      return store.credit(['ann'], 100, reference);
    };
    expect(await twice('incident:1')).toEqual([]);
    expect(await store.balance('ann')).toBe(OPENING + 100);

    const body = await database.query<{ prosrc: string }>(
      `SELECT pg_get_functiondef('jari_credit'::regproc) AS prosrc`,
    );
    await database.query('DROP INDEX wallet_entries_one_a_reference');
    await database.query((body[0]?.prosrc ?? '').replace(/ON CONFLICT[^\n]*DO NOTHING/, ''));
    expect(await twice('incident:2')).toEqual(['ann']);
    expect(await store.balance('ann')).toBe(OPENING + 300);
    await dispose();
  });
});
