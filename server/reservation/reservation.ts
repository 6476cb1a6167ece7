import { randomBytes } from 'node:crypto';
import type { Batcher } from '../lib/batcher.ts';
import { deciding } from '../lib/decide.ts';
import type { IdempotencyKey, Outcome } from '../lib/outcome.ts';
import type { ReservationAnswer, ReservationStore, ReservationView, ReserveItem, SettleItem } from './store.ts';

export interface SeatRequest {
  userId: string;
  concertId: number;
  concertScheduleId: number;
  seatId: number;
  queueId: string;
  /** The only place that counts; without, whichever the user has. */
  ticket?: number | undefined;
  /** The end of their slot as they have proven it. */
  provenUntil?: Date | undefined;
  idempotency?: IdempotencyKey | undefined;
}

export interface SettleRequest {
  reservationId: string;
  /** Null where identity is not checked: whoever knows the id may act. */
  userId: string | null;
  idempotency?: IdempotencyKey | undefined;
}

/** What the reservation needs of the line. */
export interface Admission {
  /** End of the user's slot, or null when they are not inside. `provenUntil` counts only while the line can't be asked. */
  admittedUntil(userId: string, queueId: string, ticket?: number, provenUntil?: Date): Promise<Date | null>;
  /** A purchase was confirmed; queues with `releaseOnConfirm` give the slot on. */
  confirmed(userId: string, queueId: string): Promise<void>;
}

type Done = Omit<ReservationAnswer, 'code'>;

/** A step keeps the stock of its sections from buyers while it lasts. */
const HOLDS_A_STEP = 200;
const STEPS_A_TICK = 5;

/** The rules of taking, paying and giving back seats, over any store. */
export class Reservations {
  readonly #store: ReservationStore;
  readonly #admission: Admission;
  readonly #committed: () => void;
  readonly #taking: Batcher<ReserveItem, Outcome<Done>>;
  readonly #settling: Batcher<SettleItem, Outcome<Done>>;
  /** Buyers who are just being looked up in the line: those who come meanwhile wait behind them. */
  #lookedUp = 0;

  /** @param committed called after a change was committed, so that its events leave at once */
  constructor(store: ReservationStore, admission: Admission, committed: () => void) {
    this.#store = store;
    this.#admission = admission;
    this.#committed = committed;
    this.#taking = deciding((items: ReserveItem[]) => store.reserve(items), store.inTurn);
    this.#settling = deciding((items: SettleItem[]) => store.settle(items), store.inTurn);
  }

  /** Whether who comes now to take a seat, or to pay one, would wait too long. */
  readonly full = {
    taking: () => this.#taking.isFull(this.#lookedUp),
    settling: () => this.#settling.isFull(),
  };

  /** Seat taken, paid and confirmed in one step. Asking again for one's own seat answers the same reservation. */
  reserve(request: SeatRequest): Promise<Outcome<ReservationView>> {
    return this.#take(request, true);
  }

  /** Seat held until `heldUntil`, nothing paid yet. */
  hold(request: SeatRequest): Promise<Outcome<ReservationView>> {
    return this.#take(request, false);
  }

  pay(request: SettleRequest): Promise<Outcome<ReservationView>> {
    return this.#settle({ ...request, pay: true });
  }

  /** A hold is released, a confirmed reservation refunded; cancelling again answers the same. */
  cancel(request: SettleRequest): Promise<Outcome<ReservationView>> {
    return this.#settle({ ...request, pay: false });
  }

  /** Null when there is none, or when it is not this user's. */
  async get(reservationId: string, userId: string | null): Promise<ReservationView | null> {
    const found = await this.#store.find(reservationId);
    return found && (userId === null || found.userId === userId) ? found : null;
  }

  listOf(userId: string): Promise<ReservationView[]> {
    return this.#store.listOf(userId);
  }

  /** One bounded tick of the scheduler. */
  async expireHolds(): Promise<number> {
    let ended = 0;
    for (let step = 1; step <= STEPS_A_TICK; step++) {
      const now = await this.#store.expireHolds(HOLDS_A_STEP);
      if (now > 0) this.#committed();
      ended += now;
      if (now < HOLDS_A_STEP) break;
    }
    return ended;
  }

  async #take(request: SeatRequest, pay: boolean): Promise<Outcome<ReservationView>> {
    const { concertScheduleId: scheduleId, ticket, provenUntil, ...rest } = request;
    const { userId, queueId } = request;
    this.#lookedUp++;
    const admittedUntil = await this.#admission
      .admittedUntil(userId, queueId, ticket, provenUntil)
      .finally(() => void this.#lookedUp--);
    return this.#after(await this.#taking.add({ ...rest, scheduleId, reservationId: freshId(), pay, admittedUntil }));
  }

  async #settle(item: SettleItem): Promise<Outcome<ReservationView>> {
    return this.#after(await this.#settling.add(item));
  }

  /** What was committed stays committed: a line that can't be told of it now ends the slot by itself. */
  async #after(outcome: Outcome<Done>): Promise<Outcome<ReservationView>> {
    if (!outcome.ok) return outcome;
    const { reservation, queueId, changed } = outcome.value;
    if (changed) this.#committed();
    if (changed && reservation.status === 'CONFIRMED') {
      await this.#admission.confirmed(reservation.userId, queueId).catch(() => {});
    }
    return { ok: true, value: reservation, replayed: outcome.replayed };
  }
}

/** 128 random bits in the shape of a UUID: knowing one says nothing about another. */
function freshId(): string {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
