import type { Journal, Told } from './journal.ts';
import type { Entry, Truth } from './truth.ts';

/** Everything that was acknowledged and is not so, or is so twice, or was never asked for. */
export function violations(journal: Journal, truth: Truth, openingBalance: number): string[] {
  return [
    ...placesLost(journal, truth),
    ...answersChanged(journal, truth),
    ...[...new Set(journal.told.map(({ userId }) => userId))].flatMap((userId) => {
      const told = journal.told.filter((one) => one.userId === userId);
      return [...chargesWrong(userId, told, truth), ...reservationsWrong(userId, told, truth, openingBalance)];
    }),
  ];
}

function placesLost({ places }: Journal, truth: Truth): string[] {
  const wrong: string[] = [];
  for (const { userId, ticket, status } of places.values()) {
    const now = truth.places.get(userId);
    if (now?.ticket !== ticket || now.status !== status)
      wrong.push(`${userId} was ${status} with ticket ${ticket}, now ${JSON.stringify(now)}`);
  }
  const tickets = [...truth.places.values()].map((place) => place?.ticket);
  if (new Set(tickets).size < tickets.length) wrong.push('two people have the same ticket');
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
  return [`${userId} was charged ${amounts}, the ledger has ${booked}`];
}

/** What the answers add up to: the state of every reservation, and what it did to the wallet. */
function reservationsWrong(userId: string, told: readonly Told[], truth: Truth, openingBalance: number): string[] {
  const wrong: string[] = [];
  const expected = new Map<string, { status: string; price: number; paid: number; refunded: number }>();
  for (const { action, status, text } of told) {
    if (status !== 200 || action === 'charge') continue;
    const { reservationId, status: state, price } = JSON.parse(text);
    const before = expected.get(reservationId) ?? { status: '', price, paid: 0, refunded: 0 };
    if (state === 'CONFIRMED' && before.status !== 'CONFIRMED') before.paid++;
    if (state === 'CANCELLED' && before.status === 'CONFIRMED') before.refunded++;
    expected.set(reservationId, { ...before, status: state });
  }
  const { balance, entries } = truth.wallets.get(userId) ?? { balance: Number.NaN, entries: [] as Entry[] };
  const count = (kind: string, id: string) => entries.filter((e) => e.kind === kind && e.reservationId === id).length;
  const found = new Map((truth.reservations.get(userId) ?? []).map((one) => [one.reservationId, one]));
  for (const [id, { status, paid, refunded }] of expected) {
    const now = found.get(id)?.status;
    if (now !== status) wrong.push(`reservation ${id} of ${userId} was ${status}, now it is ${now}`);
    if (count('PAYMENT', id) !== paid || count('REFUND', id) !== refunded)
      wrong.push(
        `reservation ${id} of ${userId} has ${count('PAYMENT', id)} payments and ${count('REFUND', id)} refunds`,
      );
  }
  for (const id of found.keys()) if (!expected.has(id)) wrong.push(`nobody was told of reservation ${id} of ${userId}`);

  let sum = openingBalance;
  for (const { action, status, body } of told)
    if (action === 'charge' && status === 200) sum += (body as { amount: number }).amount;
  for (const { price, paid, refunded } of expected.values()) sum += (refunded - paid) * price;
  if (balance !== sum) wrong.push(`${userId} should have ${sum} and has ${balance}`);
  return wrong;
}
