import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { ask, type Counter, granted, openCounter, openVenue, STANDING, someone, type Venue } from './sale.ts';

const WITHOUT_GUARDS = [
  'DROP INDEX reservations_one_owner',
  'DROP INDEX reservations_one_a_user',
  'DROP INDEX wallet_entries_once',
  'ALTER TABLE standing_stock DROP CONSTRAINT standing_stock_check',
  'ALTER TABLE wallets DROP CONSTRAINT wallets_balance_check',
];

/** Everything but the id and what is changed. */
const copied = (change: string) =>
  `INSERT INTO reservations SELECT (jsonb_populate_record(r, jsonb_build_object('reservation_id', gen_random_uuid())
   || ${change})).* FROM reservations r WHERE r.reservation_id = $1`;

// The checker that the other tests trust: it must see each thing that can go wrong.
describe.skipIf(POSTGRES.missing)('the checker of seats and money', () => {
  let home: TestDatabase;
  let counter: Counter;
  let venue: Venue;
  beforeAll(async () => {
    home = await POSTGRES.open();
    counter = openCounter(home.database);
    venue = await openVenue(home.database);
    for (const sql of WITHOUT_GUARDS) await home.database.execute(sql);
  });
  afterAll(() => home?.dispose());

  /** What the checker says of one change, which is undone again. */
  async function after(sql: string, params: unknown[] = []): Promise<string[]> {
    let found: string[] = [];
    await home.database
      .transaction(async (connection) => {
        await connection.query(sql, params);
        found = await violations({ transaction: (work) => work(connection) });
        throw new Error('undo');
      })
      .catch((error: Error) => expect(error.message).toBe('undo'));
    return found.map((line) => line.split(':')[0] as string);
  }

  it('finds nothing wrong with what went right', async () => {
    const [a, b] = [someone(), someone()];
    granted(await counter.reservations.reserve(ask(venue, a, 1)));
    const { reservationId } = granted(await counter.reservations.reserve(ask(venue, b, STANDING)));
    granted(await counter.reservations.cancel({ reservationId, userId: b }));
    granted(await counter.reservations.hold(ask(venue, b, 2)));
    granted(await counter.wallets.charge({ userId: b, amount: 5 }));
    expect(await violations(home.database)).toEqual([]);
  });

  it('finds what went wrong', async () => {
    const { reservationId: seat } = granted(await counter.reservations.reserve(ask(venue, someone(), 5)));
    const userId = someone();
    const { reservationId: place } = granted(await counter.reservations.reserve(ask(venue, userId, STANDING)));
    const held = granted(await counter.reservations.hold(ask(venue, someone(), 6))).reservationId;
    const refunded = granted(await counter.reservations.reserve(ask(venue, someone(), 7))).reservationId;
    granted(await counter.reservations.cancel({ reservationId: refunded, userId: null }));
    const key = { key: 'k', hash: 'h', requestId: 'r' };
    granted(await counter.reservations.hold(ask(venue, someone(), 8, key)));
    granted(await counter.wallets.charge({ userId, amount: 5 }));

    const paidAgain = `INSERT INTO wallet_entries (user_id, amount, kind, reservation_id)
      SELECT user_id, -price, 'PAYMENT', reservation_id FROM reservations WHERE reservation_id = $1`;
    const cases: [check: string, sql: string, params?: unknown[]][] = [
      ['a numbered seat has one owner', copied(`'{"user_id": "thief"}'`), [seat]],
      ['a user has one place in a section', copied(`'{}'`), [place]],
      ['a section sells no more than it has', 'UPDATE standing_stock SET taken = taken + 1'],
      ['a section sells no more than it has', 'UPDATE seats SET capacity = capacity - 1 WHERE kind = $1', ['STANDING']],
      ['a section sells no more than it has', 'DELETE FROM standing_stock'],
      [
        'a reservation is for a seat that is there',
        'UPDATE reservations SET concert_id = 9 WHERE reservation_id = $1',
        [held],
      ],
      [
        'a reservation is for a seat that is there',
        'UPDATE reservations SET exclusive = false WHERE reservation_id = $1',
        [held],
      ],
      ['a wallet is its ledger', 'UPDATE wallets SET balance = balance - 1 WHERE user_id = $1', [userId]],
      ['a wallet is its ledger', 'UPDATE wallets SET paid_in = paid_in - 1 WHERE user_id = $1', [userId]],
      ['a wallet is its ledger', 'DELETE FROM wallets WHERE user_id = $1', [userId]],
      ['a reservation is paid and refunded as it says', paidAgain, [seat]],
      ['a reservation is paid and refunded as it says', paidAgain, [held]],
      ['a reservation is paid and refunded as it says', 'DELETE FROM wallet_entries WHERE reservation_id = $1', [seat]],
      [
        'a reservation is paid and refunded as it says',
        `DELETE FROM wallet_entries WHERE reservation_id = $1 AND kind = 'REFUND'`,
        [refunded],
      ],
      [
        'a reservation is paid and refunded as it says',
        'UPDATE wallet_entries SET amount = amount - 1 WHERE reservation_id = $1',
        [seat],
      ],
      ['money moves for a reservation that is there', 'DELETE FROM reservations WHERE reservation_id = $1', [seat]],
      ['each event is about a reservation that is there', 'DELETE FROM reservations WHERE reservation_id = $1', [held]],
      [
        'the events of a reservation tell its whole story in order',
        `DELETE FROM outbox WHERE key = $1 AND type = 'reservation.cancelled'`,
        [refunded],
      ],
      [
        'the events of a reservation tell its whole story in order',
        'INSERT INTO outbox (topic, key, type, payload) SELECT topic, key, type, payload FROM outbox WHERE key = $1',
        [seat],
      ],
      [
        'the events of a reservation tell its whole story in order',
        `UPDATE reservations SET status = 'EXPIRED' WHERE reservation_id = $1`,
        [held],
      ],
      ['each charge is announced once', `DELETE FROM outbox WHERE topic = 'wallets' AND key = $1`, [userId]],
      ['what is remembered for a key happened', `UPDATE reservations SET user_id = 'x' WHERE seat_id = 8`],
    ];
    for (const [check, sql, params] of cases) {
      expect({ sql, found: await after(sql, params) }).toEqual({ sql, found: expect.arrayContaining([check]) });
    }
    expect(new Set(cases.map(([check]) => check)).size).toBe(11);
    expect(await violations(home.database)).toEqual([]);
  });
});
