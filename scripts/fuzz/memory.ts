// What was acknowledged during a run, and whether it is all there afterwards.
import type { Answer } from './oracle.ts';
import type { FuzzRequest } from './requests.ts';

type Status = 'HELD' | 'CONFIRMED' | 'CANCELLED' | 'EXPIRED';
export interface Reservation {
  reservationId: string;
  userId: string;
  concertScheduleId: number;
  seatId: number;
  status: Status;
  price: number;
}
export interface Entry {
  amount: number;
  kind: 'OPENING' | 'CHARGE' | 'PAYMENT' | 'REFUND';
  reservationId?: string;
}

interface Compensated {
  kind: string;
  dryRun: boolean;
  amount: number;
  userIds: string[];
}

/** A cancelled reservation stays that, a confirmed one ends only by being cancelled. */
const MAY_BE: Record<Status, readonly Status[]> = {
  HELD: ['HELD', 'CONFIRMED', 'CANCELLED', 'EXPIRED'],
  CONFIRMED: ['CONFIRMED', 'CANCELLED'],
  CANCELLED: ['CANCELLED'],
  EXPIRED: ['EXPIRED'],
};
const LATER: Record<Status, number> = { HELD: 0, CONFIRMED: 1, EXPIRED: 2, CANCELLED: 3 };

export class Memory {
  /** By reservationId, the latest state that anybody was told of. */
  readonly reservations = new Map<string, Reservation>();
  /** By user: amounts that were acknowledged, each request once. */
  readonly charges = new Map<string, number[]>();
  /** Whose charges may have been made without an answer. */
  readonly unsure = new Set<string>();
  /** Whether anybody may have been credited without an answer. */
  #creditUnsure = false;
  readonly #cancels = new Set<string>();
  /** Of each key, whose it is and what it came with: the first answer. */
  readonly #answers = new Map<string, string>();
  readonly #chargeKeys = new Set<string>();

  /** Before a request is sent: its answer may never come. */
  sending({ operation, path }: FuzzRequest): void {
    if (operation?.id.startsWith('DELETE /api/v1/reservation/')) this.#cancels.add(lastOf(path));
  }

  /** It may have been done or not. */
  unanswered({ operation, asked }: FuzzRequest): void {
    if (operation?.id.endsWith('/charge')) this.unsure.add(String(asked.userId));
    if (operation?.id.endsWith('/compensate')) this.#creditUnsure = true;
  }

  /** Keeps what was acknowledged. Returns what is wrong with it, seen beside what was acknowledged before. */
  answered(request: FuzzRequest, answer: Answer): string[] {
    const wrong = this.#replayed(request, answer);
    // A store that was lost may have lost its answer alone.
    if (answer.status === 503 && answer.text.includes('STORE_UNAVAILABLE')) this.unanswered(request);
    if (answer.status !== 200 || !request.operation) return wrong;
    const { id } = request.operation;
    if (id.endsWith('/charge')) this.#charged(request);
    if (id.endsWith('/compensate') && !answer.headers['idempotency-replayed']) this.#credited(answer);
    if (!id.includes('/api/v1/reservation') || id === 'GET /api/v1/reservation') return wrong;
    // A replay tells what was, not what is.
    if (answer.headers['idempotency-replayed']) return wrong;
    this.#told(JSON.parse(answer.text) as Reservation);
    return wrong;
  }

  #charged({ asked, headers }: FuzzRequest): void {
    const userId = String(asked.userId);
    const key = headers['idempotency-key'];
    if (key !== undefined) {
      const once = `${userId} ${key}`;
      if (this.#chargeKeys.has(once)) return;
      this.#chargeKeys.add(once);
    }
    this.#paidIn(userId, Number(asked.amount));
  }

  /** What operators gave for an incident, if the machine was slow enough for one. */
  #credited({ text }: Answer): void {
    const { kind, dryRun, amount, userIds } = JSON.parse(text) as Compensated;
    if (kind === 'WALLET_CREDIT' && !dryRun) for (const userId of userIds) this.#paidIn(userId, amount);
  }

  #paidIn(userId: string, amount: number): void {
    const amounts = this.charges.get(userId) ?? [];
    amounts.push(amount);
    this.charges.set(userId, amounts);
  }

  #told(one: Reservation): void {
    const known = this.reservations.get(one.reservationId);
    // Answers may overtake each other.
    if (!known || LATER[one.status] > LATER[known.status]) this.reservations.set(one.reservationId, one);
  }

  #replayed(
    { headers, method, path, asked, actor }: FuzzRequest,
    { status, text, headers: answered }: Answer,
  ): string[] {
    const key = headers['idempotency-key'];
    const replayed = answered['idempotency-replayed'];
    if (key === undefined || method !== 'POST') return replayed ? ['a replay that nobody asked for'] : [];
    if (replayed !== undefined && replayed !== 'true') return [`Idempotency-Replayed: ${replayed}`];
    if (!replayed && status !== 200) return [];
    const which = `${asked.userId ?? actor} ${key} ${path.split('?')[0]} ${JSON.stringify(Object.entries(asked).sort())}`;
    const first = this.#answers.get(which);
    if (first === undefined) this.#answers.set(which, text);
    return first === undefined || first === text ? [] : [`the same key and request were answered ${first} before`];
  }

  /** Compares a user's money and seats with what was acknowledged. */
  lost(userId: string, balance: number, entries: readonly Entry[]): string[] {
    const wrong: string[] = [];
    const sum = entries.reduce((total, { amount }) => total + amount, 0);
    if (sum !== balance || balance < 0) wrong.push(`the wallet of ${userId} holds ${balance}, its ledger says ${sum}`);
    const made = countOf(entries.filter(({ kind }) => kind === 'CHARGE').map(({ amount }) => amount));
    const acknowledged = countOf(this.charges.get(userId) ?? []);
    for (const amount of new Set([...made.keys(), ...acknowledged.keys()])) {
      const [was, said] = [made.get(amount) ?? 0, acknowledged.get(amount) ?? 0];
      if (was < said || (was > said && !this.#creditUnsure && !this.unsure.has(userId)))
        wrong.push(`${userId} was told of ${said} charges of ${amount}, the ledger has ${was}`);
    }
    return wrong;
  }

  /** Compares a reservation as it is with what was told of it, and with its owner's ledger. */
  changed(found: Reservation, entries: readonly Entry[]): string[] {
    const told = this.reservations.get(found.reservationId) as Reservation;
    const wrong: string[] = [];
    const { reservationId, status } = found;
    if (!MAY_BE[told.status].includes(status)) wrong.push(`${reservationId} was ${told.status} and is ${status}`);
    if (told.status === 'CONFIRMED' && status === 'CANCELLED' && !this.#cancels.has(reservationId))
      wrong.push(`${reservationId} is CANCELLED, and nobody asked for that`);
    for (const name of ['userId', 'seatId', 'concertScheduleId', 'price'] as const)
      if (told[name] !== found[name]) wrong.push(`${reservationId} had ${name} ${told[name]} and has ${found[name]}`);
    const moved = entries.filter((entry) => entry.reservationId === reservationId);
    const paid = moved.filter(({ kind, amount }) => kind === 'PAYMENT' && amount === -found.price).length;
    const refunded = moved.filter(({ kind, amount }) => kind === 'REFUND' && amount === found.price).length;
    const right = status === 'CONFIRMED' ? paid === 1 && refunded === 0 : paid === refunded && paid <= 1;
    if (!right || paid + refunded !== moved.length)
      wrong.push(`${reservationId} is ${status}, paid ${paid} times and refunded ${refunded} times`);
    return wrong;
  }
}

/** Seats that more than one of these have. */
export function soldTwice(reservations: readonly Reservation[], sections: ReadonlySet<number>): string[] {
  const live = reservations.filter(({ status, seatId }) => /HELD|CONFIRMED/.test(status) && !sections.has(seatId));
  return [...Map.groupBy(live, ({ concertScheduleId, seatId }) => `seat ${seatId} of ${concertScheduleId}`)]
    .filter(([, some]) => some.length > 1)
    .map(([seat, some]) => `${seat} is sold ${some.length} times`);
}

const lastOf = (path: string): string => (path.split('?')[0] as string).split('/').at(-1) as string;

function countOf(amounts: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const amount of amounts) counts.set(amount, (counts.get(amount) ?? 0) + 1);
  return counts;
}
