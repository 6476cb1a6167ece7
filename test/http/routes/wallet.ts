import { describe, expect, it } from 'vitest';
import { expectProblem, fresh, ISO, type User, type World } from '../support/world.ts';

interface Entries {
  items: { entryId: number; amount: number; kind: string; at: string; reservationId?: string }[];
  nextCursor: string | null;
}

export const OPENING_BALANCE = 1_000_000;

export function walletRoutes(world: () => World): void {
  const wallet = (user: User, rest = '') =>
    world().ask<Entries & { balance: number }>('GET', `/api/v1/wallet/${user.id}${rest}`, undefined, user.login);
  const charge = (user: User, amount: number, headers: Record<string, string> = {}) =>
    world().ask('POST', `/api/v1/wallet/${user.id}/charge`, { amount }, { ...user.login, ...headers });

  describe('the wallet', () => {
    it('opens with the opening balance, written to the ledger', async () => {
      const user = await world().user();
      expect((await wallet(user)).body).toEqual({ userId: user.id, balance: OPENING_BALANCE });
      expect((await wallet(user, '/entries')).body).toEqual({
        items: [
          {
            entryId: expect.any(Number),
            amount: OPENING_BALANCE,
            kind: 'OPENING',
            at: expect.stringMatching(ISO),
          },
        ],
        nextCursor: null,
      });
    });

    it('is charged', async () => {
      const user = await world().user();
      const charged = await charge(user, 500);
      expect([charged.status, charged.body]).toEqual([200, { userId: user.id, balance: OPENING_BALANCE + 500 }]);
      expect((await wallet(user)).body.balance).toBe(OPENING_BALANCE + 500);
    });

    it('pages through the ledger, newest first', async () => {
      const user = await world().user();
      for (let amount = 1; amount <= 6; amount++) await charge(user, amount);
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const page: Entries = (await wallet(user, `/entries?limit=3${cursor ? `&cursor=${cursor}` : ''}`)).body;
        expect(page.items.length).toBeLessThanOrEqual(3);
        seen.push(...page.items.map(({ amount }) => amount));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual([6, 5, 4, 3, 2, 1, OPENING_BALANCE]);
    });

    it('names the reservation of a payment and of a refund', async () => {
      const user = await world().inside();
      const seat = world().seat();
      const body = { userId: user.id, queueId: user.queueId, ...seat };
      const { reservationId, price } = (await world().ask('POST', '/api/v1/reservation', body, user.login)).body;
      await world().ask('DELETE', `/api/v1/reservation/${reservationId}`, undefined, user.login);
      const { items } = (await wallet(user, '/entries')).body;
      expect(items.slice(0, 2)).toMatchObject([
        { kind: 'REFUND', amount: price, reservationId },
        { kind: 'PAYMENT', amount: -(price as number), reservationId },
      ]);
    });

    it('charges once for a key, and answers the same bytes again', async () => {
      const user = await world().user();
      const key = { 'idempotency-key': fresh('key') };
      const first = await charge(user, 700, key);
      await charge(user, 1);
      const replay = await charge(user, 700, key);
      expect([replay.status, replay.text]).toEqual([200, first.text]);
      expect(replay.headers.get('idempotency-replayed')).toBe('true');
      expectProblem(await charge(user, 701, key), 422, 'IDEMPOTENCY_KEY_REUSED');
      expect((await wallet(user)).body.balance).toBe(OPENING_BALANCE + 701);
    });

    it('charges once when the same key comes twenty times at once', async () => {
      const user = await world().user();
      const key = { 'idempotency-key': fresh('key') };
      const answers = await Promise.all(Array.from({ length: 20 }, () => charge(user, 100, key)));
      const done = answers.filter(({ status }) => status === 200);
      expect(new Set(done.map(({ text }) => text)).size).toBe(1);
      for (const other of answers.filter(({ status }) => status !== 200)) expectProblem(other, 409, 'IN_PROGRESS');
      expect((await wallet(user)).body.balance).toBe(OPENING_BALANCE + 100);
    });

    it('keeps the keys of two users apart', async () => {
      const [one, other] = [await world().user(), await world().user()];
      const key = { 'idempotency-key': fresh('key') };
      await charge(one, 100, key);
      const answer = await charge(other, 200, key);
      expect([answer.status, answer.body]).toEqual([200, { userId: other.id, balance: OPENING_BALANCE + 200 }]);
    });
  });
}
