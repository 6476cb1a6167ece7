import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sqlWalletStore } from '../../server/wallet/sql/store.ts';
import { Wallets } from '../../server/wallet/wallet.ts';
import { codeOf, granted, keyed, range, someone } from '../reservation/sale.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';

const OPENING = 500;
const MOST = Number.MAX_SAFE_INTEGER;

for (const target of DATABASES) {
  describe.skipIf(target.missing)(`wallets on ${target.name}`, () => {
    let home: TestDatabase;
    let wallets: Wallets;
    let commits = 0;
    beforeAll(async () => {
      home = await target.open();
      wallets = new Wallets(sqlWalletStore(home.database, OPENING), () => commits++);
    });
    afterAll(() => home?.dispose());
    afterEach(async () => expect(await violations(home.database)).toEqual([]));

    const charge = (userId: string, amount: number, key?: ReturnType<typeof keyed>) =>
      wallets.charge({ userId, amount, idempotency: key });
    const ledger = async (userId: string) =>
      (await wallets.entries(userId, { limit: 100 })).items.map(({ kind, amount }) => [kind, amount]);

    describe('opening', () => {
      it('happens when the user is first met, once, and is in the ledger', async () => {
        const userId = someone();
        const views = await Promise.all(range(1, 20).map(() => wallets.balance(userId)));
        expect(views).toEqual(range(1, 20).map(() => ({ userId, balance: OPENING })));
        expect(await ledger(userId)).toEqual([['OPENING', OPENING]]);
      });

      it('happens on looking at the ledger, and before the first charge', async () => {
        expect(await ledger(someone())).toEqual([['OPENING', OPENING]]);
        const userId = someone();
        expect(granted(await charge(userId, 1))).toEqual({ userId, balance: OPENING + 1 });
        expect(await ledger(userId)).toEqual([
          ['CHARGE', 1],
          ['OPENING', OPENING],
        ]);
      });

      it('with nothing leaves no entry', async () => {
        const empty = new Wallets(sqlWalletStore(home.database, 0), () => {});
        const userId = someone();
        expect(await empty.balance(userId)).toEqual({ userId, balance: 0 });
        expect(await ledger(userId)).toEqual([]);
        expect(granted(await charge(userId, 3))).toEqual({ userId, balance: 3 });
        expect(await ledger(userId)).toEqual([['CHARGE', 3]]);
      });
    });

    describe('charging', () => {
      it('adds up, in the order of the requests', async () => {
        const userId = someone();
        const before = commits;
        const outcomes = await Promise.all(range(1, 50).map((amount) => charge(userId, amount)));
        const sums = range(1, 50).map((n) => OPENING + (n * (n + 1)) / 2);
        expect(outcomes.map((outcome) => granted(outcome).balance)).toEqual(sums);
        expect(await wallets.balance(userId)).toEqual({ userId, balance: sums.at(-1) });
        expect((await ledger(userId)).slice(0, 3)).toEqual([
          ['CHARGE', 50],
          ['CHARGE', 49],
          ['CHARGE', 48],
        ]);
        expect(commits).toBe(before + 50);
      });

      it('is exact up to 2^53 - 1, and refuses what would go beyond', async () => {
        const userId = someone();
        expect(granted(await charge(userId, MOST - OPENING - 1)).balance).toBe(MOST - 1);
        expect(codeOf(await charge(userId, 2))).toBe('VALIDATION_FAILED');
        expect(codeOf(await charge(userId, MOST))).toBe('VALIDATION_FAILED');
        expect(granted(await charge(userId, 1)).balance).toBe(MOST);
        expect(codeOf(await charge(userId, 1))).toBe('VALIDATION_FAILED');
        expect(await wallets.balance(userId)).toEqual({ userId, balance: MOST });
        expect(await ledger(userId)).toEqual([
          ['CHARGE', 1],
          ['CHARGE', MOST - OPENING - 1],
          ['OPENING', OPENING],
        ]);
      });

      it('refuses one in a call for its own sake: a smaller one after it still fits', async () => {
        const userId = someone();
        await charge(userId, MOST - OPENING - 100);
        const outcomes = await Promise.all([10, 60, 50, 30, 9, 1, 1].map((amount) => charge(userId, amount)));
        expect(outcomes.map((outcome) => (outcome.ok ? MOST - outcome.value.balance : codeOf(outcome)))).toEqual([
          90,
          30,
          'VALIDATION_FAILED',
          0,
          'VALIDATION_FAILED',
          'VALIDATION_FAILED',
          'VALIDATION_FAILED',
        ]);
      });

      it('of many users at once is each their own', async () => {
        const users = range(1, 300).map(() => someone());
        const outcomes = await Promise.all(users.map((userId, i) => charge(userId, i + 1)));
        expect(outcomes.map((outcome) => granted(outcome))).toEqual(
          users.map((userId, i) => ({ userId, balance: OPENING + i + 1 })),
        );
      });
    });

    describe('with an Idempotency-Key', () => {
      it('has one effect, and the same answer ever after', async () => {
        const userId = someone();
        const first = await charge(userId, 10, keyed('k'));
        expect(first).toEqual({ ok: true, value: { userId, balance: OPENING + 10 }, replayed: false });
        await charge(userId, 1);
        const before = commits;
        expect(await charge(userId, 10, keyed('k'))).toEqual({ ...first, replayed: true });
        expect(commits).toBe(before);
        expect(codeOf(await charge(userId, 11, keyed('k', 'other')))).toBe('IDEMPOTENCY_KEY_REUSED');
        expect(await wallets.balance(userId)).toEqual({ userId, balance: OPENING + 11 });
      });

      it('has one effect among many in one call', async () => {
        const [userId, other] = [someone(), someone()];
        const outcomes = await Promise.all([
          charge(userId, 1),
          charge(userId, 10, keyed('k')),
          charge(userId, 100),
          charge(userId, 10, keyed('k')),
          charge(other, 10, keyed('k')),
          charge(userId, 20, keyed('k', 'other')),
        ]);
        expect(outcomes.map(({ replayed }) => replayed)).toEqual([false, false, false, true, false, false]);
        expect(outcomes.map(codeOf)).toEqual(['OK', 'OK', 'OK', 'OK', 'OK', 'IDEMPOTENCY_KEY_REUSED']);
        expect(outcomes[3]).toEqual({ ...outcomes[1], replayed: true });
        expect(await wallets.balance(userId)).toEqual({ userId, balance: OPENING + 111 });
      });

      it('remembers a refusal and who was refused', async () => {
        const userId = someone();
        const key = keyed('k');
        const first = await charge(userId, MOST, key);
        expect(codeOf(first)).toBe('VALIDATION_FAILED');
        const again = await charge(userId, MOST, keyed('k'));
        expect(again).toMatchObject({ ok: false, replayed: true, requestId: key.requestId });
        expect(!again.ok && !first.ok && again.failure.message === first.failure.message).toBe(true);
      });
    });

    it('shows the ledger a page at a time, newest first, without a gap when entries are added', async () => {
      const userId = someone();
      for (const amount of range(1, 10)) await charge(userId, amount);
      const seen: number[] = [];
      for (let before: number | undefined, pages = 1; ; pages++) {
        const { items, nextCursor } = await wallets.entries(userId, { limit: 4, before });
        expect(items.length).toBe(pages < 3 ? 4 : 3);
        seen.push(...items.map(({ amount }) => amount));
        await charge(userId, 1_000);
        if (nextCursor === null) break;
        before = Number(nextCursor);
      }
      expect(seen).toEqual([...range(1, 10).reverse(), OPENING]);
      const [entry] = (await wallets.entries(userId, { limit: 1 })).items;
      expect(entry).toEqual({
        entryId: expect.any(Number),
        amount: 1_000,
        kind: 'CHARGE',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
      });
    });
  });
}
