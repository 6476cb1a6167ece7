/** A fact, as it was appended to the outbox in the transaction that made it true. */
export interface DomainEvent {
  /** Grows in the order of the facts of one key; what a consumer remembers to apply an event once. */
  eventId: number;
  topic: string;
  /** Events of one topic and key reach each consumer in order. */
  key: string;
  type: string;
  /** As stored. Consumers check what they use of it: see {@link ReservationPayload} and {@link WalletPayload}. */
  payload: unknown;
  at: Date;
}

/** Topic of the reservations; the key is the reservationId. */
export const RESERVATIONS = 'reservations';
/** Topic of the wallets; the key is the userId. */
export const WALLETS = 'wallets';
export const TOPICS: readonly string[] = [RESERVATIONS, WALLETS];

export type ReservationEventType =
  | 'reservation.held'
  | 'reservation.confirmed'
  | 'reservation.cancelled'
  | 'reservation.expired';
export type WalletEventType = 'wallet.charged';

type ReservationStatus = 'HELD' | 'CONFIRMED' | 'CANCELLED' | 'EXPIRED';

export interface ReservationPayload {
  reservationId: string;
  userId: string;
  concertId: number;
  concertScheduleId: number;
  seatId: number;
  /** Won. */
  price: number;
  status: ReservationStatus;
  /** ISO-8601. */
  at: string;
  /** What it was before; absent when the reservation began with this event. */
  previousStatus?: ReservationStatus;
}

export interface WalletPayload {
  userId: string;
  /** Won that were added. */
  amount: number;
  /** Won after it. */
  balance: number;
}
