import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POSTGRES } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { all, openRace, type Race, rush, without } from './race.ts';
import {
  ask,
  balanceOf,
  type Counter,
  codeOf,
  granted,
  keyed,
  OPENING,
  openVenue,
  PRICE,
  range,
  STANDING,
  someone,
} from './sale.ts';

const PROCESSES = 20;
const LOCK_WALLETS = 'wallet/sql/_lock_wallets.sql';
const count = (codes: string[], code: string) => codes.filter((one) => one === code).length;

// As many processes as requests: nothing is decided in the same call.
describe.skipIf(POSTGRES.missing)('racing for money on PostgreSQL', () => {
  let race: Race;
  let first: Counter;
  beforeEach(async () => {
    race = await openRace(PROCESSES);
    first = race.counters[0] as Counter;
  });
  afterEach(() => race?.dispose());
  const each = range(1, PROCESSES);
  const withoutWalletLock = () => without(race.database, LOCK_WALLETS, [[/ FOR UPDATE/, '']]);

  /** What the checker finds after one of several attempts. */
  async function violatedBy(attempt: () => Promise<unknown>, most = 30): Promise<string> {
    let found: string[] = [];
    for (let i = 0; i < most && found.length === 0; i++) {
      await attempt();
      found = await violations(race.database);
    }
    return found.join();
  }

  describe('one user buys from everywhere', () => {
    const buy = async () => {
      const venue = await openVenue(race.database, { seats: PROCESSES, price: 300 });
      const userId = someone();
      await first.wallets.balance(userId);
      return rush(race, each, ({ reservations }, seatId) => reservations.reserve(ask(venue, userId, seatId)));
    };

    it('what the money is enough for', async () => {
      for (const _ of range(1, 5)) {
        const codes = all(await buy()).map(codeOf);
        expect([count(codes, 'OK'), count(codes, 'INSUFFICIENT_BALANCE')]).toEqual([3, PROCESSES - 3]);
      }
      expect(await violations(race.database)).toEqual([]);
    });

    it('more than that without the lock on the wallet', async () => {
      await withoutWalletLock();
      await race.database.query('ALTER TABLE wallets DROP CONSTRAINT wallets_balance_check');
      await buy();
      expect((await violations(race.database)).join()).toContain('a wallet is its ledger');
    });
  });

  describe('a user who is no longer inside pays two holds at once', () => {
    const payBoth = async () => {
      const venue = await openVenue(race.database, { price: 600 });
      const userId = someone();
      for (const seatId of [1, 2]) granted(await first.reservations.hold(ask(venue, userId, seatId)));
      for (const { door } of race.counters) door.ends.set(userId, null);
      return rush(race, [1, 2], ({ reservations }, seatId) => reservations.reserve(ask(venue, userId, seatId)));
    };

    it('and has the money for one', async () => {
      for (const _ of range(1, 20)) {
        expect(
          all(await payBoth())
            .map(codeOf)
            .toSorted(),
        ).toEqual(['INSUFFICIENT_BALANCE', 'OK']);
      }
      expect(await violations(race.database)).toEqual([]);
    });

    it('and spends more when only the wallets of those inside are locked', async () => {
      const inside = 'ARRAY(SELECT u FROM unnest(user_ids, admitted_untils) AS a (u, t) WHERE t IS NOT NULL)';
      await without(race.database, 'reservation/sql/reserve.sql', [
        [/jari_lock_wallets\(user_ids,/, `jari_lock_wallets(${inside},`],
      ]);
      expect(await violatedBy(payBoth, 200)).toContain('a wallet is its ledger');
    });
  });

  describe('one reservation is paid from everywhere', () => {
    const pay = async () => {
      const venue = await openVenue(race.database);
      const userId = someone();
      const { reservationId } = granted(await first.reservations.hold(ask(venue, userId, STANDING)));
      return rush(race, each, ({ reservations }) => reservations.pay({ reservationId, userId }));
    };

    it('and paid once, with the same answer', async () => {
      for (const _ of range(1, 5)) {
        const outcomes = all(await pay());
        expect(outcomes).toEqual(outcomes.map(() => outcomes[0]));
        expect(outcomes[0]).toMatchObject({ ok: true, value: { status: 'CONFIRMED', balance: OPENING - PRICE } });
      }
      expect(await violations(race.database)).toEqual([]);
    });

    it('and more than once without the locks and the state in the WHERE clause', async () => {
      await withoutWalletLock();
      await race.database.query('DROP INDEX wallet_entries_once');
      const guards = / FOR UPDATE(?=\) r;)|\n +AND CASE r\.status WHEN 'HELD' THEN r\.held_until > moment END/g;
      await without(race.database, 'reservation/sql/settle.sql', [[guards, '']]);
      expect(await violatedBy(pay)).toContain('a reservation is paid and refunded as it says');
    });
  });

  describe('one Idempotency-Key comes from everywhere', () => {
    const charge = async () => {
      const userId = someone();
      await first.wallets.balance(userId);
      const calls = await rush(race, each, ({ wallets }) =>
        wallets.charge({ userId, amount: 10, idempotency: keyed('k') }),
      );
      return { calls, balance: await balanceOf(first, userId) };
    };

    it('with a charge: one effect, the same answer', async () => {
      for (const _ of range(1, 5)) {
        const { calls, balance } = await charge();
        const outcomes = all(calls);
        expect(balance).toBe(OPENING + 10);
        expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
        expect(new Set(outcomes.map((outcome) => granted(outcome).balance))).toEqual(new Set([balance]));
      }
      expect(await violations(race.database)).toEqual([]);
    });

    it('with a charge: several effects without the lock on the wallet', async () => {
      await withoutWalletLock();
      expect(await violatedBy(charge)).toContain('a wallet is its ledger');
    });

    it('of a new user, with purchases of several seats: one purchase, the others hear of the reused key', async () => {
      for (const _ of range(1, 10)) {
        const venue = await openVenue(race.database, { seats: PROCESSES });
        const userId = someone();
        const outcomes = all(
          await rush(race, each, ({ reservations }, n) =>
            reservations.reserve(ask(venue, userId, 1 + (n % 2), keyed('k', `seat ${n % 2}`))),
          ),
        );
        const codes = outcomes.map(codeOf);
        expect([count(codes, 'OK'), count(codes, 'IDEMPOTENCY_KEY_REUSED')]).toEqual([PROCESSES / 2, PROCESSES / 2]);
        expect(new Set(outcomes.flatMap((o) => (o.ok ? [o.value.reservationId] : []))).size).toBe(1);
        expect(await balanceOf(first, userId)).toBe(OPENING - PRICE);
      }
      expect(await violations(race.database)).toEqual([]);
    });
  });

  it('a wallet is opened once, whoever needs it first', async () => {
    for (const _ of range(1, 5)) {
      const venue = await openVenue(race.database, { seats: PROCESSES });
      const users = range(1, 5).map(() => someone());
      all(
        await rush(race, each, async ({ wallets, reservations }, n) => {
          const userId = users[n % 5] as string;
          if (n % 3 === 0) await wallets.balance(userId);
          else if (n % 3 === 1) granted(await wallets.charge({ userId, amount: 1 }));
          else granted(await reservations.reserve(ask(venue, userId, n)));
        }),
      );
    }
    expect(await violations(race.database)).toEqual([]);
  });
});
