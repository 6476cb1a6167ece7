import type { Decided } from '../lib/decide.ts';
import type { IdempotencyKey } from '../lib/outcome.ts';

export type ReservationStatus = 'HELD' | 'CONFIRMED' | 'CANCELLED' | 'EXPIRED';

/** A reservation as clients see it. Times are ISO-8601 UTC; money is whole won. */
export interface ReservationView {
  reservationId: string;
  userId: string;
  concertId: number;
  concertScheduleId: number;
  seatId: number;
  status: ReservationStatus;
  price: number;
  /** The user's balance after the call; null where the call doesn't touch the wallet. */
  balance: number | null;
  heldUntil: string | null;
  confirmedAt: string | null;
}

export interface ReserveItem {
  userId: string;
  concertId: number;
  scheduleId: number;
  seatId: number;
  queueId: string;
  /** A fresh random id, used when a new reservation comes of it. */
  reservationId: string;
  /** True: pay and confirm at once. False: hold. */
  pay: boolean;
  /** End of the user's slot; null when they are not inside. A hold never outlives it. */
  admittedUntil: Date | null;
  idempotency?: IdempotencyKey | undefined;
}

export interface SettleItem {
  reservationId: string;
  /** Only this user's reservation; null for anybody's. */
  userId: string | null;
  /** True: pay the hold. False: cancel, with a refund of what was paid. */
  pay: boolean;
  idempotency?: IdempotencyKey | undefined;
}

/** What became of an item that was not refused. */
export interface ReservationAnswer {
  code: 'OK';
  reservation: ReservationView;
  /** The queue that the user came through. */
  queueId: string;
  /** This item did it; false where the reservation was so before. */
  changed: boolean;
}

/**
 * The reservation's port: decides whole batches atomically inside the store, by its own clock.
 * @throws StoreUnavailable
 */
export interface ReservationStore {
  /** Does one call after the other, in the order in which they are sent: the embedded database. */
  readonly inTurn?: boolean;
  reserve(items: readonly ReserveItem[]): Promise<Decided<ReservationAnswer>[]>;
  settle(items: readonly SettleItem[]): Promise<Decided<ReservationAnswer>[]>;
  /** Holds that ran out, at most this many. Returns how many were ended. */
  expireHolds(most: number): Promise<number>;
  find(reservationId: string): Promise<ReservationView | null>;
  /** Newest first, at most 500. */
  listOf(userId: string): Promise<ReservationView[]>;
}
