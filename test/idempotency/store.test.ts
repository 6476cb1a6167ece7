import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlIdempotencyStore } from '../../server/idempotency/sql/store.ts';
import type { IdempotencyStore } from '../../server/idempotency/store.ts';
import { keyed, range, someone } from '../reservation/sale.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';

for (const target of DATABASES) {
  describe.skipIf(target.missing)(`answers remembered on ${target.name}`, () => {
    let home: TestDatabase;
    let store: IdempotencyStore;
    beforeAll(async () => {
      home = await target.open();
      store = sqlIdempotencyStore(home.database);
    });
    afterAll(() => home?.dispose());

    it('are the first ones', async () => {
      const userId = someone();
      expect(await store.recall(userId, keyed('k'))).toBeNull();
      const answer = { token: 'a', position: 3, nested: { at: null } };
      expect(await store.remember(userId, keyed('k'), answer)).toEqual({ answer, replayed: false });
      expect(await store.remember(userId, keyed('k'), { token: 'b' })).toEqual({ answer, replayed: true });
      expect(await store.recall(userId, keyed('k'))).toEqual({ answer, replayed: true });
    });

    it('belong to one request, and to one user', async () => {
      const userId = someone();
      await store.remember(userId, keyed('k', 'first'), 1);
      expect(await store.recall(userId, keyed('k', 'other'))).toBe('REUSED');
      expect(await store.remember(userId, keyed('k', 'other'), 2)).toBe('REUSED');
      expect(await store.remember(someone(), keyed('k', 'other'), 3)).toEqual({ answer: 3, replayed: false });
    });

    it('are one, however many come at once', async () => {
      const userId = someone();
      const all = await Promise.all(range(1, 20).map((n) => store.remember(userId, keyed('k'), n)));
      const answers = new Set(all.map((one) => one !== 'REUSED' && one.answer));
      expect(answers.size).toBe(1);
      expect(all.filter((one) => one !== 'REUSED' && !one.replayed)).toHaveLength(1);
    });

    it('are forgotten after a day, the oldest first, and no more at once than asked for', async () => {
      const userId = someone();
      for (const n of range(1, 5)) {
        await store.remember(userId, keyed(`old-${n}`), n);
        await home.database.query(
          `UPDATE idempotency_keys SET created_at = created_at - make_interval(hours => $2) WHERE user_id = $1 AND key = $3`,
          [userId, n === 1 ? 23 : 24 + n, `old-${n}`],
        );
      }
      expect(await store.sweep(3)).toBe(3);
      const left = async () => {
        const known = await Promise.all(range(1, 5).map((n) => store.recall(userId, keyed(`old-${n}`))));
        return known.map((one) => one !== null);
      };
      expect(await left()).toEqual([true, true, false, false, false]);
      expect(await store.sweep(3)).toBe(1);
      expect(await store.sweep(3)).toBe(0);
      expect(await left()).toEqual([true, false, false, false, false]);
    });
  });
}
