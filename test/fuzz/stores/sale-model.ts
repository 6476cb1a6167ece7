import type { FailureCode } from '../../../server/lib/failure.ts';
import type { ReservationStatus } from '../../../server/reservation/store.ts';

interface Rules {
  seats: number;
  standing: number;
  places: number;
  price: number;
  opening: number;
  perUser: number;
  /** That may ever be paid into a wallet. */
  most: number;
}

interface Owned {
  id: string;
  user: string;
  seatId: number;
  status: ReservationStatus;
}

/** A reservation's id and state with the balance, the balance alone, or a refusal. */
export type Said = [id: string, status: ReservationStatus, balance: number] | [balance: number] | FailureCode;

/** Seats and money as plainly as they can be thought of, one request after the other. */
export class Sale {
  readonly #rules: Rules;
  #reservations: Owned[] = [];
  #balances = new Map<string, number>();
  #paidIn = new Map<string, number>();
  /** Whether the last request changed anything. */
  changed = false;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  copy(): Sale {
    const copy = new Sale(this.#rules);
    copy.become(this);
    return copy;
  }

  become(other: Sale): void {
    this.#reservations = other.#reservations.map((one) => ({ ...one }));
    this.#balances = new Map(other.#balances);
    this.#paidIn = new Map(other.#paidIn);
  }

  balance = (user: string): number => this.#balances.get(user) ?? this.#rules.opening;
  nth = (n: number): Owned | undefined => this.#reservations[n % Math.max(1, this.#reservations.length)];

  /** All holds run out. */
  pass(): void {
    for (const one of this.#reservations) if (one.status === 'HELD') one.status = 'EXPIRED';
  }

  take(user: string, seatId: number, pay: boolean, inside: boolean, id: string): Said {
    this.changed = false;
    const { seats, standing, places, perUser, price } = this.#rules;
    const live = this.#reservations.filter(({ status }) => status === 'HELD' || status === 'CONFIRMED');
    const own = live.find((one) => one.seatId === seatId && one.user === user);
    if (own) return own.status === 'HELD' && pay ? this.#pay(own) : this.#say(own);
    if (!inside) return 'NOT_ADMITTED';
    if (seatId !== standing && (seatId < 1 || seatId > seats)) return 'SEAT_NOT_FOUND';
    const taken = live.filter((one) => one.seatId === seatId).length;
    if (taken >= (seatId === standing ? places : 1)) return 'SEAT_TAKEN';
    if (live.filter((one) => one.user === user).length >= perUser) return 'SEAT_LIMIT_REACHED';
    if (pay && this.balance(user) < price) return 'INSUFFICIENT_BALANCE';
    const fresh: Owned = { id, user, seatId, status: 'HELD' };
    this.#reservations.push(fresh);
    this.changed = true;
    return pay ? this.#pay(fresh) : this.#say(fresh);
  }

  settle(id: string, user: string | null, pay: boolean): Said {
    this.changed = false;
    const one = this.#reservations.find((own) => own.id === id);
    if (!one || (user !== null && user !== one.user)) return 'RESERVATION_NOT_FOUND';
    if (pay) {
      if (one.status === 'HELD') return this.#pay(one);
      if (one.status === 'CONFIRMED') return this.#say(one);
      return one.status === 'EXPIRED' ? 'HOLD_EXPIRED' : 'RESERVATION_CLOSED';
    }
    if (one.status === 'EXPIRED') return 'RESERVATION_CLOSED';
    if (one.status === 'CONFIRMED') this.#balances.set(one.user, this.balance(one.user) + this.#rules.price);
    this.changed = one.status !== 'CANCELLED';
    one.status = 'CANCELLED';
    return this.#say(one);
  }

  charge(user: string, amount: number): Said {
    const paidIn = (this.#paidIn.get(user) ?? this.#rules.opening) + amount;
    this.changed = paidIn <= this.#rules.most;
    if (!this.changed) return 'VALIDATION_FAILED';
    this.#paidIn.set(user, paidIn);
    this.#balances.set(user, this.balance(user) + amount);
    return [this.balance(user)];
  }

  #pay(one: Owned): Said {
    if (this.balance(one.user) < this.#rules.price) return 'INSUFFICIENT_BALANCE';
    this.#balances.set(one.user, this.balance(one.user) - this.#rules.price);
    one.status = 'CONFIRMED';
    this.changed = true;
    return this.#say(one);
  }

  #say = ({ id, status, user }: Owned): Said => [id, status, this.balance(user)];
}
