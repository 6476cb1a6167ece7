// The reservation's port in memory, as server/reservation/sql decides: one schedule, a clock that is given.
import type { Decided } from '../../server/lib/decide.ts';
import type { FailureCode } from '../../server/lib/failure.ts';
import type { IdempotencyKey } from '../../server/lib/outcome.ts';
import type {
  ReservationAnswer,
  ReservationStatus,
  ReservationStore,
  ReservationView,
  ReserveItem,
  SettleItem,
} from '../../server/reservation/store.ts';

export const PRICE = 600;
export const OPENING = 2_000;
/** Seats from 1 to this one; the next is a standing section. */
export const SEATS = 4;
export const STANDING = SEATS + 1;
export const PLACES = 3;

export interface Reservation {
  reservationId: string;
  /** In the order they were made. */
  number: number;
  userId: string;
  seatId: number;
  queueId: string;
  status: ReservationStatus;
  heldUntil: number;
}

export interface Entry {
  amount: number;
  kind: 'OPENING' | 'PAYMENT' | 'REFUND';
  reservationId: string | null;
}

type Answer = ReservationAnswer | { code: FailureCode };

export class SaleInMemory implements ReservationStore {
  readonly reservations = new Map<string, Reservation>();
  readonly live = new Set<Reservation>();
  readonly ledgers = new Map<string, Entry[]>();
  readonly balances = new Map<string, number>();
  /** What changed since somebody looked: for checks. */
  readonly touched = new Set<Reservation>();
  readonly #remembered = new Map<string, { hash: string; answer: Answer; requestId: string }>();
  readonly #clock: () => number;
  readonly #holdMilliseconds: number;

  constructor(clock: () => number, holdMilliseconds: number) {
    this.#clock = clock;
    this.#holdMilliseconds = holdMilliseconds;
  }

  reserve = async (items: readonly ReserveItem[]) =>
    items.map((item) => this.#once(item.userId, item.idempotency, () => this.#take(item)));

  settle = async (items: readonly SettleItem[]) =>
    items.map((item) => {
      const one = this.reservations.get(item.reservationId);
      if (!one || (item.userId !== null && one.userId !== item.userId))
        return decided({ code: 'RESERVATION_NOT_FOUND' });
      return this.#once(one.userId, item.idempotency, () => (item.pay ? this.#pay(one) : this.#cancel(one)));
    });

  async expireHolds(most: number): Promise<number> {
    const over = [...this.live].filter((one) => this.isOver(one)).slice(0, most);
    for (const one of over) this.#turn(one, 'EXPIRED');
    return over.length;
  }

  find = async (reservationId: string): Promise<ReservationView | null> => {
    const one = this.reservations.get(reservationId);
    return one ? this.#view(one) : null;
  };

  listOf = async (userId: string): Promise<ReservationView[]> =>
    [...this.reservations.values()].filter((one) => one.userId === userId).map((one) => this.#view(one));

  /** Whether a seat has as many owners as it can. */
  protected isTaken(seatId: number): boolean {
    const owners = [...this.live].filter((one) => one.seatId === seatId).length;
    return owners >= (seatId === STANDING ? PLACES : 1);
  }

  /** What was answered to a key before. */
  protected recall(key: string): { hash: string; answer: Answer; requestId: string } | undefined {
    return this.#remembered.get(key);
  }

  #once(userId: string, idempotency: IdempotencyKey | undefined, act: () => Answer): Decided<ReservationAnswer> {
    if (!idempotency) return decided(act());
    const { key, hash, requestId } = idempotency;
    const known = this.recall(`${userId} ${key}`);
    if (known && known.hash !== hash) return decided({ code: 'IDEMPOTENCY_KEY_REUSED' });
    if (known) return { answer: unchanged(known.answer), replayed: true, requestId: known.requestId };
    const answer = act();
    this.#remembered.set(`${userId} ${key}`, { hash, answer, requestId });
    return decided(answer);
  }

  #take({ userId, seatId, queueId, reservationId, pay, admittedUntil }: ReserveItem): Answer {
    for (const one of this.live) if (one.seatId === seatId && this.isOver(one)) this.#turn(one, 'EXPIRED');
    const own = [...this.live].find((one) => one.seatId === seatId && one.userId === userId);
    if (own) return pay && own.status === 'HELD' ? this.#pay(own) : this.#say(own, false);
    if (!admittedUntil || admittedUntil.getTime() <= this.#clock()) return { code: 'NOT_ADMITTED' };
    if (seatId > STANDING) return { code: 'SEAT_NOT_FOUND' };
    if (this.isTaken(seatId)) return { code: 'SEAT_TAKEN' };
    if (pay && this.balance(userId) < PRICE) return { code: 'INSUFFICIENT_BALANCE' };
    const heldUntil = Math.min(this.#clock() + this.#holdMilliseconds, admittedUntil.getTime());
    const number = this.reservations.size;
    const fresh: Reservation = { reservationId, number, userId, seatId, queueId, status: 'HELD', heldUntil };
    this.reservations.set(reservationId, fresh);
    this.#turn(fresh, 'HELD');
    return pay ? this.#pay(fresh) : this.#say(fresh, true);
  }

  #pay(one: Reservation): Answer {
    if (this.isOver(one)) this.#turn(one, 'EXPIRED');
    if (one.status === 'CONFIRMED') return this.#say(one, false);
    if (one.status !== 'HELD') return { code: one.status === 'EXPIRED' ? 'HOLD_EXPIRED' : 'RESERVATION_CLOSED' };
    if (this.balance(one.userId) < PRICE) return { code: 'INSUFFICIENT_BALANCE' };
    this.#move(one, -PRICE, 'PAYMENT');
    this.#turn(one, 'CONFIRMED');
    return this.#say(one, true);
  }

  #cancel(one: Reservation): Answer {
    if (this.isOver(one)) this.#turn(one, 'EXPIRED');
    if (one.status === 'CANCELLED') return this.#say(one, false);
    if (one.status === 'EXPIRED') return { code: 'RESERVATION_CLOSED' };
    if (one.status === 'CONFIRMED') this.#move(one, PRICE, 'REFUND');
    this.#turn(one, 'CANCELLED');
    return this.#say(one, true);
  }

  balance(userId: string): number {
    return this.balances.get(userId) ?? OPENING;
  }

  #move(one: Reservation, amount: number, kind: Entry['kind']): void {
    const { userId, reservationId } = one;
    const ledger = this.ledgers.get(userId) ?? [{ amount: OPENING, kind: 'OPENING', reservationId: null }];
    ledger.push({ amount, kind, reservationId });
    this.ledgers.set(userId, ledger);
    this.balances.set(userId, this.balance(userId) + amount);
  }

  #turn(one: Reservation, status: ReservationStatus): void {
    one.status = status;
    if (status === 'HELD' || status === 'CONFIRMED') this.live.add(one);
    else this.live.delete(one);
    this.touched.add(one);
  }

  protected isOver(one: Reservation): boolean {
    return one.status === 'HELD' && one.heldUntil <= this.#clock();
  }

  #say = (one: Reservation, changed: boolean): Answer => ({
    code: 'OK',
    reservation: this.#view(one),
    queueId: one.queueId,
    changed,
  });

  #view(one: Reservation): ReservationView {
    const status = this.isOver(one) ? 'EXPIRED' : one.status;
    return {
      ...{
        reservationId: one.reservationId,
        userId: one.userId,
        seatId: one.seatId,
        concertId: 1,
        concertScheduleId: 1,
      },
      ...{ status, price: PRICE, balance: this.balance(one.userId), confirmedAt: null },
      heldUntil: status === 'HELD' ? new Date(one.heldUntil).toISOString() : null,
    };
  }
}

const decided = (answer: Answer): Decided<ReservationAnswer> => ({ answer, replayed: false, requestId: null });

const unchanged = (answer: Answer): Answer =>
  answer.code === 'OK' ? { ...(answer as ReservationAnswer), changed: false } : answer;
