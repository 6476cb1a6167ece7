// What people were told, and what must therefore be so. Pure bookkeeping: no fault excuses any of it.
import type { Outcome } from '../../server/lib/outcome.ts';
import type { ReservationStatus, ReservationView } from '../../server/reservation/store.ts';
import type { LineInMemory } from './line.ts';
import { PLACES, type Reservation, type SaleInMemory, STANDING } from './sale.ts';

/** Something that must hold does not. */
export class Violation extends Error {}

/** Where a reservation may go from where it is. */
const NEXT: Readonly<Record<ReservationStatus, readonly ReservationStatus[]>> = {
  HELD: ['HELD', 'CONFIRMED', 'CANCELLED', 'EXPIRED'],
  CONFIRMED: ['CONFIRMED', 'CANCELLED'],
  CANCELLED: ['CANCELLED'],
  EXPIRED: ['EXPIRED'],
};

export class Journal {
  readonly #line: LineInMemory;
  readonly #sale: SaleInMemory;
  readonly #statuses = new Map<Reservation, ReservationStatus>();
  /** What each key was answered first. */
  readonly #answers = new Map<string, string>();
  /** Tickets that somebody has in hand. */
  readonly #tickets = new Map<string, number>();
  readonly #paid = new Set<string>();
  #lastActive = 0;
  #cap: number;

  constructor(line: LineInMemory, sale: SaleInMemory) {
    this.#line = line;
    this.#sale = sale;
    this.#cap = line.settings.cap;
  }

  /** Told of a place: it is theirs until they leave or it was their turn. */
  place(userId: string, ticket: number): void {
    const before = this.#tickets.get(userId);
    if (before !== undefined && before !== ticket && !this.#line.admitted.has(before))
      throw new Violation(`${userId} had ticket ${before} and was given ${ticket} before it was their turn`);
    this.#tickets.set(userId, ticket);
  }

  /** Asked to leave: from now on nothing is owed to them. */
  leaving(userId: string): void {
    this.#tickets.delete(userId);
  }

  /** Told that something became of a request with this key. */
  answered(key: string, outcome: Outcome<ReservationView>): void {
    const answer = outcome.ok ? this.#told(outcome.value) : outcome.failure.code;
    const first = this.#answers.get(key) ?? answer;
    if (first !== answer) throw new Violation(`key ${key} was answered ${first}, and then ${answer}`);
    this.#answers.set(key, first);
  }

  /** Told that it is theirs and paid. */
  confirmed({ reservationId }: ReservationView): void {
    this.#paid.add(reservationId);
  }

  /** Asked to cancel. */
  cancelling(reservationId: string): void {
    this.#paid.delete(reservationId);
  }

  /** After every step. */
  check(): void {
    this.#checkLine();
    for (const one of this.#sale.touched) this.#checkReservation(one);
    this.#sale.touched.clear();
  }

  /** When all is said: everything that was promised and not taken back. */
  checkPromises(): void {
    for (const [userId, ticket] of this.#tickets)
      if (!this.#line.admitted.has(ticket) && this.#line.waiting.get(userId) !== ticket)
        throw new Violation(`ticket ${ticket} of ${userId} is gone, and it was never their turn`);
    for (const id of this.#paid) {
      const status = this.#sale.reservations.get(id)?.status;
      if (status !== 'CONFIRMED') throw new Violation(`a reservation that was acknowledged as paid is ${status}`);
    }
  }

  /** By number, since ids are random whatever the seed. */
  #told({ reservationId, status, balance }: ReservationView): string {
    return `reservation ${this.#sale.reservations.get(reservationId)?.number} ${status}, balance ${balance}`;
  }

  #checkLine(): void {
    const { active, waiting, settings, serving } = this.#line;
    // A cap that was lowered drains: nobody is sent out, and nobody let in meanwhile.
    const most = Math.max(settings.cap, Math.min(this.#cap, this.#lastActive));
    if (active.size > most) throw new Violation(`${active.size} are inside, and at most ${most} may be`);
    this.#lastActive = active.size;
    this.#cap = Math.max(settings.cap, active.size);
    const first = waiting.values().next().value;
    if (first !== undefined && first <= serving)
      throw new Violation(`ticket ${serving} was let in before ticket ${first}, which waits`);
  }

  #checkReservation(one: Reservation): void {
    const { number, status, seatId, userId, reservationId } = one;
    const before = this.#statuses.get(one) ?? 'HELD';
    if (!NEXT[before].includes(status)) throw new Violation(`reservation ${number} was ${before} and is ${status}`);
    this.#statuses.set(one, status);
    const owners = [...this.#sale.live].filter((other) => other.seatId === seatId);
    if (owners.length > (seatId === STANDING ? PLACES : 1))
      throw new Violation(
        `seat ${seatId} has ${owners.length} owners: ${owners.map((owner) => owner.userId).join(', ')}`,
      );
    this.#checkMoney(userId, reservationId, status);
  }

  #checkMoney(userId: string, reservationId: string, status: ReservationStatus): void {
    const ledger = this.#sale.ledgers.get(userId) ?? [];
    const balance = this.#sale.balance(userId);
    const sum = ledger.reduce((all, { amount }) => all + amount, 0);
    if (ledger.length > 0 && sum !== balance)
      throw new Violation(`${userId} has ${balance}, and the ledger says ${sum}`);
    if (balance < 0) throw new Violation(`${userId} has ${balance}`);
    const count = (kind: string) => ledger.filter((e) => e.reservationId === reservationId && e.kind === kind).length;
    const [payments, refunds] = [count('PAYMENT'), count('REFUND')];
    const right = status === 'CONFIRMED' ? payments === 1 && refunds === 0 : payments === refunds && payments <= 1;
    if (!right) throw new Violation(`a reservation that is ${status} has ${payments} payments and ${refunds} refunds`);
  }
}
