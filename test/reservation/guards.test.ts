import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { violations } from '../support/invariants.ts';
import { ask, type Counter, granted, keyed, openCounter, openVenue, STANDING, someone } from './sale.ts';

const UNIQUE = '23505';
const CHECK = '23514';
const COPY = `INSERT INTO reservations SELECT (jsonb_populate_record(r, jsonb_build_object('reservation_id', gen_random_uuid())
  || $2::jsonb)).* FROM reservations r WHERE reservation_id = $1`;
const ENTRY = `INSERT INTO wallet_entries (user_id, amount, kind, reservation_id) VALUES ($1, $2, $3, $4)`;

// Whoever writes, and whatever the code above them believes: the tables refuse what must not be.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`the tables on ${target.name}`, () => {
    let home: TestDatabase;
    let counter: Counter;
    let seat: string;
    let place: string;
    const [owner, guest] = [someone(), someone()];
    beforeAll(async () => {
      home = await target.open();
      counter = openCounter(home.database);
      const venue = await openVenue(home.database, { places: 2 });
      seat = granted(await counter.reservations.reserve(ask(venue, owner, 1, keyed('k')))).reservationId;
      place = granted(await counter.reservations.reserve(ask(venue, guest, STANDING))).reservationId;
    });
    afterAll(() => home?.dispose());

    for (const [what, code, sql, params] of [
      ['a second owner of a seat', UNIQUE, COPY, () => [seat, '{"user_id": "thief"}']],
      [
        'a second owner who only holds it',
        UNIQUE,
        COPY,
        () => [seat, '{"status": "HELD", "held_until": "2099-01-01"}'],
      ],
      ['a second place of one user in a section', UNIQUE, COPY, () => [place, '{}']],
      ['a hold without an end', CHECK, COPY, () => [seat, '{"seat_id": 2, "status": "HELD"}']],
      ['more sold than there is', CHECK, 'UPDATE standing_stock SET taken = taken + 2', () => []],
      ['more returned than was sold', CHECK, 'UPDATE standing_stock SET taken = taken - 2', () => []],
      ['a balance below nothing', CHECK, 'UPDATE wallets SET balance = -1 WHERE user_id = $1', () => [owner]],
      ['more paid in than clients can read', CHECK, 'UPDATE wallets SET paid_in = 9007199254740992', () => []],
      ['a second payment', UNIQUE, ENTRY, () => [owner, -1, 'PAYMENT', seat]],
      ['a payment that adds', CHECK, ENTRY, () => [owner, 1, 'PAYMENT', place]],
      ['a refund that takes', CHECK, ENTRY, () => [owner, -1, 'REFUND', seat]],
      ['a charge that takes', CHECK, ENTRY, () => [owner, -1, 'CHARGE', null]],
      ['a charge of nothing', CHECK, ENTRY, () => [owner, 0, 'CHARGE', null]],
      ['a payment for nothing', CHECK, ENTRY, () => [owner, -1, 'PAYMENT', null]],
      ['a second opening', UNIQUE, ENTRY, () => [owner, 1, 'OPENING', null]],
      ['a second answer to a key', UNIQUE, 'INSERT INTO idempotency_keys SELECT * FROM idempotency_keys', () => []],
    ] as const) {
      it(`refuse ${what}`, async () => {
        await expect(home.database.query(sql, params())).rejects.toMatchObject({ code });
        expect(await violations(home.database)).toEqual([]);
      });
    }
  });
}
