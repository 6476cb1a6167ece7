import type { Journal, Told } from './journal.ts';
import type { Entry, Truth } from './truth.ts';

export interface Rules {
  openingBalance: number;
  /** Whether holds may end by themselves while it goes on. */
  holdsEnd: boolean;
}

/** Everything that was acknowledged and is not so, or is so twice, or was never asked for. */
export function violations(journal: Journal, truth: Truth, rules: Rules): string[] {
  const byUser = Map.groupBy(journal.told, ({ userId }) => userId);
  return [
    ...journal.complaints,
    ...placesLost(journal, truth),
    ...orderBroken(journal, truth),
    ...answersChanged(journal, truth),
    ...[...byUser].flatMap(([userId, told]) => [
      ...chargesWrong(userId, told, truth),
      ...reservationsWrong(userId, told, truth, rules),
    ]),
  ];
}

/** Slots and waiting outlast the run: who is gone or over did not leave by themselves. */
function placesLost({ places }: Journal, truth: Truth): string[] {
  const wrong: string[] = [];
  for (const { userId, ticket, status } of places.values()) {
    const now = truth.places.get(userId);
    const kept = now?.ticket === ticket && (now.status === 'ACTIVE' || (status === 'WAITING' && now.status === status));
    if (status === 'LEFT' ? now !== null : !kept)
      wrong.push(`${userId} was ${status} with ticket ${ticket}, now ${JSON.stringify(now)}`);
  }
  return wrong;
}

/** One ticket is one place, and whoever is inside came before everybody who waits. */
function orderBroken({ places }: Journal, truth: Truth): string[] {
  const wrong: string[] = [];
  for (const [queueId, told] of Map.groupBy(places.values(), (place) => place.queueId)) {
    const now = told.flatMap(({ userId }) => truth.places.get(userId) ?? []);
    if (new Set(now.map(({ ticket }) => ticket)).size < now.length) wrong.push('two people have the same ticket');
    const tickets = (of: string) => now.filter(({ status }) => status === of).map(({ ticket }) => ticket);
    const inside = tickets('ACTIVE').reduce((last, ticket) => Math.max(last, ticket), 0);
    const passedOver = tickets('WAITING').filter((ticket) => ticket < inside);
    if (passedOver.length > 0) wrong.push(`${queueId} admitted ticket ${inside} before ${passedOver.slice(0, 5)}`);
  }
  return wrong;
}

/** The same key again is answered the same, byte for byte. */
function answersChanged({ told }: Journal, truth: Truth): string[] {
  return told.flatMap(({ key, action, userId, status, text }) => {
    if (key === null) return [];
    const again = truth.again.get(key);
    if (again?.replayed && again.status === status && again.text === text) return [];
    return [`${action} of ${userId} with ${key} was ${status} ${text}, again it is ${JSON.stringify(again)}`];
  });
}

function chargesWrong(userId: string, told: readonly Told[], truth: Truth): string[] {
  const asked = told.filter(({ action, status }) => action === 'charge' && status === 200);
  const amounts = asked.map(({ body }) => (body as { amount: number }).amount).sort();
  const entries = truth.wallets.get(userId)?.entries ?? [];
  const booked = entries
    .filter(({ kind }) => kind === 'CHARGE')
    .map(({ amount }) => amount)
    .sort();
  if (JSON.stringify(amounts) === JSON.stringify(booked)) return [];
  const [lost, extra] = [without(amounts, booked), without(booked, amounts)];
  return [`${userId} was told of charges that are not in the ledger (${lost}), or it has others (${extra})`];
}

/** What is left of a list when each of another is taken out of it once. */
function without(list: readonly number[], taken: readonly number[]): number[] {
  const left = [...list];
  for (const one of taken) if (left.includes(one)) left.splice(left.indexOf(one), 1);
  return left;
}

interface Expected {
  status: string;
  price: number;
  paid: number;
  refunded: number;
}

/** What the answers add up to: the state of every reservation, and what it did to the wallet. */
function reservationsWrong(userId: string, told: readonly Told[], truth: Truth, rules: Rules): string[] {
  const wrong: string[] = [];
  const expected = addedUp(told);
  const { balance, entries } = truth.wallets.get(userId) ?? { balance: Number.NaN, entries: [] as Entry[] };
  const moved = Map.groupBy(entries, ({ reservationId }) => reservationId);
  const count = (kind: string, id: string) => (moved.get(id) ?? []).filter((entry) => entry.kind === kind).length;
  const found = truth.reservations.get(userId) ?? [];
  const byId = new Map(found.map((one) => [one.reservationId, one]));
  for (const [id, { status, paid, refunded }] of expected) {
    const now = byId.get(id)?.status;
    const ended = rules.holdsEnd && status === 'HELD' && now === 'EXPIRED';
    if (now !== status && !ended) wrong.push(`reservation ${id} of ${userId} was ${status}, now it is ${now}`);
    const [payments, refunds] = [count('PAYMENT', id), count('REFUND', id)];
    if (payments !== paid || refunds !== refunded)
      wrong.push(`reservation ${id} of ${userId} has ${payments} payments and ${refunds} refunds`);
  }
  for (const { reservationId: id } of found)
    if (!expected.has(id)) wrong.push(`nobody was told of reservation ${id} of ${userId}`);

  let sum = rules.openingBalance;
  for (const { action, status, body } of told)
    if (action === 'charge' && status === 200) sum += (body as { amount: number }).amount;
  for (const { price, paid, refunded } of expected.values()) sum += (refunded - paid) * price;
  if (balance !== sum) wrong.push(`${userId} should have ${sum} and has ${balance}`);
  return wrong;
}

function addedUp(told: readonly Told[]): Map<string, Expected> {
  const expected = new Map<string, Expected>();
  for (const { action, status, text } of told) {
    if (status !== 200 || action === 'charge' || action === 'enter') continue;
    const { reservationId, status: state, price } = JSON.parse(text);
    const before = expected.get(reservationId) ?? { status: '', price, paid: 0, refunded: 0 };
    if (state === 'CONFIRMED' && before.status !== 'CONFIRMED') before.paid++;
    if (state === 'CANCELLED' && before.status === 'CONFIRMED') before.refunded++;
    expected.set(reservationId, { ...before, status: state });
  }
  return expected;
}
