// The checker of the crash test notices what it is there to notice.
import { describe, expect, it } from 'vitest';
import { emptyJournal, type Journal, type Told, type ToldPlace } from '../../scripts/crash/journal.ts';
import type { Truth } from '../../scripts/crash/truth.ts';
import { violations } from '../../scripts/crash/violations.ts';

const OPENING = 1_000;
const ID = '00000000-0000-0000-0000-000000000001';
const reservation = (status: string) => JSON.stringify({ reservationId: ID, status, price: 300 });
const told = (action: Told['action'], text: string, body: unknown = {}): Told => ({
  userId: 'a',
  action,
  method: 'POST',
  path: '/',
  body,
  key: action === 'cancel' || action === 'enter' ? null : action,
  status: 200,
  text,
});

const place = (userId: string, ticket: number, status: ToldPlace['status'], queueId = 'main'): ToldPlace => ({
  userId,
  queueId,
  ticket,
  status,
});

/** Somebody who entered, charged 50, reserved for 300, and was told of all of it. */
function sound(): { journal: Journal; truth: Truth } {
  const journal = emptyJournal();
  journal.places.set('a', place('a', 7, 'ACTIVE'));
  journal.told.push(told('charge', '{"balance":1050}', { amount: 50 }), told('reserve', reservation('CONFIRMED')));
  return {
    journal,
    truth: {
      places: new Map([['a', { ticket: 7, status: 'ACTIVE' }]]),
      wallets: new Map([['a', { balance: 750, entries: entries() }]]),
      reservations: new Map([['a', [{ reservationId: ID, status: 'CONFIRMED', price: 300 }]]]),
      again: new Map(journal.told.map(({ key, status, text }) => [key as string, { status, text, replayed: true }])),
    },
  };
}
const entries = () => [
  { amount: -300, kind: 'PAYMENT', reservationId: ID },
  { amount: 50, kind: 'CHARGE' },
  { amount: OPENING, kind: 'OPENING' },
];
const WAITS = { ticket: 7, status: 'WAITING' };
const found = ({ journal, truth }: ReturnType<typeof sound>, holdsEnd = false) =>
  violations(journal, truth, { openingBalance: OPENING, holdsEnd });

describe('the checker', () => {
  it('has nothing to say when all that was told is so', () => {
    expect(found(sound())).toEqual([]);
    const cancelled = sound();
    cancelled.journal.told.push(told('cancel', reservation('CANCELLED')));
    cancelled.truth.reservations.set('a', [{ reservationId: ID, status: 'CANCELLED', price: 300 }]);
    const refund = { amount: 300, kind: 'REFUND', reservationId: ID };
    cancelled.truth.wallets.set('a', { balance: 1_050, entries: [refund, ...entries()] });
    expect(found(cancelled)).toEqual([]);
  });

  it('notices an acknowledged charge that is lost', () => {
    const lost = sound();
    lost.truth.wallets.set('a', { balance: 700, entries: entries().filter(({ kind }) => kind !== 'CHARGE') });
    lost.truth.again.set('charge', { status: 200, text: '{"balance":750}', replayed: false });
    expect(found(lost)).toHaveLength(3);
    expect(found(lost)).toContain('a was told of charges that are not in the ledger (50), or it has others ()');
  });

  it('notices a charge that was made twice', () => {
    const twice = sound();
    twice.truth.wallets.set('a', { balance: 800, entries: [{ amount: 50, kind: 'CHARGE' }, ...entries()] });
    expect(found(twice)).toHaveLength(2);
    expect(found(twice)).toContain('a was told of charges that are not in the ledger (), or it has others (50)');
  });

  it('notices a reservation that is lost, doubled, in another state, or paid twice', () => {
    const lost = sound();
    lost.truth.reservations.set('a', []);
    expect(found(lost)).toEqual([expect.stringContaining('was CONFIRMED, now it is undefined')]);
    const doubled = sound();
    const another = { reservationId: 'another', status: 'HELD', price: 300 };
    doubled.truth.reservations.set('a', [...(doubled.truth.reservations.get('a') ?? []), another]);
    expect(found(doubled)).toEqual([expect.stringContaining('nobody was told of reservation another')]);
    const expired = sound();
    expired.truth.reservations.set('a', [{ reservationId: ID, status: 'EXPIRED', price: 300 }]);
    expect(found(expired)).toHaveLength(1);
    const paidTwice = sound();
    const payment = { amount: -300, kind: 'PAYMENT', reservationId: ID };
    paidTwice.truth.wallets.set('a', { balance: 450, entries: [payment, ...entries()] });
    expect(found(paidTwice)).toHaveLength(2);
  });

  it('lets holds end where they may, and nothing else', () => {
    const held = sound();
    held.journal.told[1] = told('hold', reservation('HELD'));
    held.truth.again.set('hold', { status: 200, text: reservation('HELD'), replayed: true });
    held.truth.reservations.set('a', [{ reservationId: ID, status: 'EXPIRED', price: 300 }]);
    held.truth.wallets.set('a', { balance: 1_050, entries: entries().filter(({ kind }) => kind !== 'PAYMENT') });
    expect(found(held, true)).toEqual([]);
    expect(found(held)).toEqual([expect.stringContaining('was HELD, now it is EXPIRED')]);
    held.truth.wallets.set('a', { balance: 750, entries: entries() });
    expect(found(held, true)).toHaveLength(2);
    const paid = sound();
    paid.truth.reservations.set('a', [{ reservationId: ID, status: 'EXPIRED', price: 300 }]);
    expect(found(paid, true)).toEqual([expect.stringContaining('was CONFIRMED, now it is EXPIRED')]);
  });

  it('notices a place that is lost, moved, taken away or shared', () => {
    for (const now of [null, { ticket: 8, status: 'ACTIVE' }, { ticket: 7, status: 'EXPIRED' }, WAITS]) {
      const moved = sound();
      moved.truth.places.set('a', now);
      expect(found(moved)).toEqual([expect.stringContaining('a was ACTIVE with ticket 7, now')]);
    }
    const shared = sound();
    shared.journal.places.set('b', place('b', 7, 'ACTIVE'));
    shared.truth.places.set('b', { ticket: 7, status: 'ACTIVE' });
    expect(found(shared)).toEqual(['two people have the same ticket']);
    const apart = sound();
    apart.journal.places.set('b', place('b', 7, 'ACTIVE', 'another line'));
    apart.truth.places.set('b', { ticket: 7, status: 'ACTIVE' });
    expect(found(apart)).toEqual([]);
  });

  it('lets who waited be inside, in order, and notices who was passed over', () => {
    const line = sound();
    line.journal.places.set('b', place('b', 8, 'WAITING')).set('c', place('c', 9, 'WAITING'));
    line.truth.places.set('b', { ticket: 8, status: 'ACTIVE' }).set('c', { ticket: 9, status: 'WAITING' });
    expect(found(line)).toEqual([]);
    line.truth.places.set('b', { ticket: 8, status: 'WAITING' }).set('c', { ticket: 9, status: 'ACTIVE' });
    expect(found(line)).toEqual(['main admitted ticket 9 before 8']);
    line.truth.places.set('b', { ticket: 8, status: 'ACTIVE' }).set('c', null);
    expect(found(line)).toEqual(['c was WAITING with ticket 9, now null']);
  });

  it('notices a place that was given up and is still there', () => {
    const left = sound();
    left.journal.places.set('a', place('a', 7, 'LEFT'));
    expect(found(left)).toEqual([expect.stringContaining('a was LEFT with ticket 7, now')]);
    left.truth.places.set('a', null);
    expect(found(left)).toEqual([]);
  });

  it('passes on what was seen while it went on', () => {
    const seen = sound();
    seen.journal.complaints.push('9 are inside main at once, and 8 may be');
    expect(found(seen)).toEqual(['9 are inside main at once, and 8 may be']);
  });

  it('notices an answer that is another one the second time', () => {
    const changed = sound();
    changed.truth.again.set('reserve', { status: 200, text: reservation('HELD'), replayed: true });
    expect(found(changed)).toHaveLength(1);
    changed.truth.again.set('reserve', { status: 200, text: reservation('CONFIRMED'), replayed: false });
    expect(found(changed)).toHaveLength(1);
  });
});
