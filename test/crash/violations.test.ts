// The checker of the crash test notices what it is there to notice.
import { describe, expect, it } from 'vitest';
import { emptyJournal, type Journal, type Told } from './journal.ts';
import type { Truth } from './truth.ts';
import { violations } from './violations.ts';

const OPENING = 1_000;
const ID = '00000000-0000-0000-0000-000000000001';
const reservation = (status: string) => JSON.stringify({ reservationId: ID, status, price: 300 });
const told = (action: Told['action'], text: string, body: unknown = {}): Told => ({
  userId: 'a',
  action,
  method: 'POST',
  path: '/',
  body,
  key: action === 'cancel' ? null : action,
  status: 200,
  text,
});

/** Somebody who entered, charged 50, reserved for 300, and was told of all of it. */
function sound(): { journal: Journal; truth: Truth } {
  const journal = emptyJournal();
  journal.places.set('a', { userId: 'a', ticket: 7, status: 'ACTIVE' });
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
const found = ({ journal, truth }: ReturnType<typeof sound>) => violations(journal, truth, OPENING);

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
  });

  it('notices a charge that was made twice', () => {
    const twice = sound();
    twice.truth.wallets.set('a', { balance: 800, entries: [{ amount: 50, kind: 'CHARGE' }, ...entries()] });
    expect(found(twice)).toHaveLength(2);
  });

  it('notices a reservation that is lost, doubled, in another state, or paid twice', () => {
    const lost = sound();
    lost.truth.reservations.set('a', []);
    expect(found(lost)).toEqual([expect.stringContaining('was CONFIRMED, now it is undefined')]);
    const doubled = sound();
    doubled.truth.reservations.get('a')?.push({ reservationId: 'another', status: 'HELD', price: 300 });
    expect(found(doubled)).toEqual([expect.stringContaining('nobody was told of reservation another')]);
    const expired = sound();
    expired.truth.reservations.set('a', [{ reservationId: ID, status: 'EXPIRED', price: 300 }]);
    expect(found(expired)).toHaveLength(1);
    const paidTwice = sound();
    const payment = { amount: -300, kind: 'PAYMENT', reservationId: ID };
    paidTwice.truth.wallets.set('a', { balance: 450, entries: [payment, ...entries()] });
    expect(found(paidTwice)).toHaveLength(2);
  });

  it('notices a place that is lost, moved, taken away or shared', () => {
    for (const now of [null, { ticket: 8, status: 'ACTIVE' }, { ticket: 7, status: 'EXPIRED' }]) {
      const moved = sound();
      moved.truth.places.set('a', now);
      expect(found(moved)).toHaveLength(1);
    }
    const shared = sound();
    shared.journal.places.set('b', { userId: 'b', ticket: 7, status: 'ACTIVE' });
    shared.truth.places.set('b', { ticket: 7, status: 'ACTIVE' });
    expect(found(shared)).toEqual(['two people have the same ticket']);
  });

  it('notices an answer that is another one the second time', () => {
    const changed = sound();
    changed.truth.again.set('reserve', { status: 200, text: reservation('HELD'), replayed: true });
    expect(found(changed)).toHaveLength(1);
    changed.truth.again.set('reserve', { status: 200, text: reservation('CONFIRMED'), replayed: false });
    expect(found(changed)).toHaveLength(1);
  });
});
