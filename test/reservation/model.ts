import type { FailureCode } from '../../server/lib/failure.ts';
import type { ReservationStatus } from '../../server/reservation/store.ts';
import { HOLD_SECONDS, OPENING, STANDING } from './sale.ts';

export const SEATS = 5;
export const PLACES = 2;
export const SEATS_PER_USER = 2;
/** So that the money runs out as well as the seats. */
export const PRICE = 600;
/** Seats that can be asked for: the last one doesn't exist. */
export const SEAT_IDS = [1, 2, 3, SEATS, STANDING, 77];

interface Owned {
  /** In the order they were made: how commands name them. */
  number: number;
  user: number;
  seatId: number;
  status: ReservationStatus;
  secondsLeft: number;
  paid: boolean;
}

/** What a command answers: the reservation's number and state with the balance, or a refusal. */
export type Said = { number: number; status: ReservationStatus; balance: number } | { balance: number } | FailureCode;

/** Seats and money as simply as they can be thought of: one thing after the other, nothing in the background. */
export class SaleModel {
  readonly reservations: Owned[] = [];
  readonly outside = new Set<number>();
  readonly #balances = new Map<number, number>();
  readonly #ledger = new Map<number, number[]>();
  readonly #remembered = new Map<string, { request: string; said: Said }>();

  balance = (user: number): number => this.#balances.get(user) ?? OPENING;
  /** Amounts, oldest first. */
  ledger = (user: number): number[] => [OPENING, ...(this.#ledger.get(user) ?? [])];

  pass(seconds: number): void {
    for (const one of this.reservations) {
      if (one.status !== 'HELD') continue;
      one.secondsLeft -= seconds;
      if (one.secondsLeft <= 0) one.status = 'EXPIRED';
    }
  }

  /** The first answer again when the key was used for this request before. */
  once(user: number, key: string | undefined, request: string, act: () => Said): Said {
    if (key === undefined) return act();
    const known = this.#remembered.get(`${user} ${key}`);
    if (known) return known.request === request ? known.said : 'IDEMPOTENCY_KEY_REUSED';
    const said = act();
    this.#remembered.set(`${user} ${key}`, { request, said });
    return said;
  }

  take(user: number, seatId: number, pay: boolean): Said {
    const own = this.#live().find((one) => one.seatId === seatId && one.user === user);
    if (own) return own.status === 'HELD' && pay ? this.#pay(own) : this.#say(own);
    if (this.outside.has(user)) return 'NOT_ADMITTED';
    if (seatId !== STANDING && seatId > SEATS) return 'SEAT_NOT_FOUND';
    const there = this.#live().filter((one) => one.seatId === seatId).length;
    if (there >= (seatId === STANDING ? PLACES : 1)) return 'SEAT_TAKEN';
    if (this.#live().filter((one) => one.user === user).length >= SEATS_PER_USER) return 'SEAT_LIMIT_REACHED';
    if (pay && this.balance(user) < PRICE) return 'INSUFFICIENT_BALANCE';
    const number = this.reservations.length;
    const fresh: Owned = { number, user, seatId, status: 'HELD', secondsLeft: HOLD_SECONDS, paid: false };
    this.reservations.push(fresh);
    return pay ? this.#pay(fresh) : this.#say(fresh);
  }

  pay(number: number): Said {
    const one = this.reservations[number] as Owned;
    if (one.status === 'CONFIRMED') return this.#say(one);
    if (one.status === 'EXPIRED') return 'HOLD_EXPIRED';
    if (one.status === 'CANCELLED') return 'RESERVATION_CLOSED';
    return this.#pay(one);
  }

  cancel(number: number): Said {
    const one = this.reservations[number] as Owned;
    if (one.status === 'EXPIRED') return 'RESERVATION_CLOSED';
    if (one.status === 'CONFIRMED') this.#move(one.user, PRICE);
    one.status = 'CANCELLED';
    return this.#say(one);
  }

  charge(user: number, amount: number): Said {
    this.#move(user, amount);
    return { balance: this.balance(user) };
  }

  #pay(one: Owned): Said {
    if (this.balance(one.user) < PRICE) return 'INSUFFICIENT_BALANCE';
    this.#move(one.user, -PRICE);
    one.status = 'CONFIRMED';
    return this.#say(one);
  }

  #move(user: number, amount: number): void {
    this.#balances.set(user, this.balance(user) + amount);
    this.#ledger.set(user, [...(this.#ledger.get(user) ?? []), amount]);
  }

  #live = () => this.reservations.filter(({ status }) => status === 'HELD' || status === 'CONFIRMED');
  #say = ({ number, status, user }: Owned): Said => ({ number, status, balance: this.balance(user) });
}
