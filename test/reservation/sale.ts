import { randomBytes } from 'node:crypto';
import type { Database } from '../../server/db/database.ts';
import type { Failure } from '../../server/lib/failure.ts';
import type { IdempotencyKey, Outcome } from '../../server/lib/outcome.ts';
import { type Admission, Reservations, type SeatRequest } from '../../server/reservation/reservation.ts';
import { type ReservationRules, sqlReservationStore } from '../../server/reservation/sql/store.ts';
import type { ReservationStore, ReservationView } from '../../server/reservation/store.ts';
import { sqlWalletStore } from '../../server/wallet/sql/store.ts';
import { Wallets } from '../../server/wallet/wallet.ts';

export const PRICE = 100;
export const OPENING = 1_000;
/** Long, so that only `age` ends a hold, however slow the machine. */
export const HOLD_SECONDS = 30_000;
const RULES: ReservationRules = { openingBalance: OPENING, holdSeconds: HOLD_SECONDS, seatsPerUser: 0 };

/** A concert of its own for a test: numbered seats from 1 up, a standing section with a seatId far above. */
export interface Venue {
  concertId: number;
  concertScheduleId: number;
}
export const STANDING = 1_000_000;

let lastVenue = 0;

/** Adds a concert with one schedule. The ids are fresh, so that tests share a database without meeting. */
export async function openVenue(database: Database, { seats = 10, places = 5, price = PRICE } = {}): Promise<Venue> {
  const id = ++lastVenue;
  await database.query(
    `WITH concert AS (INSERT INTO concerts VALUES ($1, '콘서트', 'Concert', 'Artist', 'Hall')),
      schedule AS (INSERT INTO schedules VALUES ($1, $1, '2030-01-01')),
      numbered AS (INSERT INTO seats SELECT $1, n, 'A' || n, 'A', 'SEAT', $2, 1 FROM generate_series(1, $3::integer) n),
      section AS (INSERT INTO seats VALUES ($1, ${STANDING}, 'Floor', 'Floor', 'STANDING', $2, $4))
    INSERT INTO standing_stock (schedule_id, seat_id, capacity) VALUES ($1, ${STANDING}, $4)`,
    [id, price, seats, places],
  );
  return { concertId: id, concertScheduleId: id };
}

/** Who is inside, and until when. Everybody is, for long, but those set otherwise. */
export class Door implements Admission {
  readonly ends = new Map<string, Date | null>();
  readonly confirmations: { userId: string; queueId: string }[] = [];

  async admittedUntil(userId: string): Promise<Date | null> {
    const end = this.ends.get(userId);
    return end === undefined ? new Date(Date.now() + 100 * HOLD_SECONDS * 1_000) : end;
  }

  async confirmed(userId: string, queueId: string): Promise<void> {
    this.confirmations.push({ userId, queueId });
  }
}

/** What one process has: its batchers over one database. */
export interface Counter {
  store: ReservationStore;
  reservations: Reservations;
  wallets: Wallets;
  door: Door;
  /** How often a change was committed. */
  committed(): number;
}

export function openCounter(database: Database, rules: Partial<ReservationRules> = {}): Counter {
  const all = { ...RULES, ...rules };
  const store = sqlReservationStore(database, all);
  const door = new Door();
  let commits = 0;
  const committed = () => {
    commits++;
  };
  return {
    store,
    reservations: new Reservations(store, door, committed),
    wallets: new Wallets(sqlWalletStore(database, all.openingBalance), committed),
    door,
    committed: () => commits,
  };
}

export const ask = (venue: Venue, userId: string, seatId: number, key?: IdempotencyKey): SeatRequest => ({
  ...venue,
  userId,
  seatId,
  queueId: 'main',
  idempotency: key,
});

/** A user that no other test knows. */
export const someone = (name = 'user'): string => `${name}-${randomBytes(6).toString('hex')}`;

/** A key as it comes with a request; the same `body` is the same request. */
export const keyed = (key: string, body = 'body'): IdempotencyKey => ({
  key,
  hash: body,
  requestId: randomBytes(4).toString('hex'),
});

/** The value of an outcome. @throws the refusal */
export function granted<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw outcome.failure;
  return outcome.value;
}

export const codeOf = (outcome: Outcome<unknown>): 'OK' | Failure['code'] => (outcome.ok ? 'OK' : outcome.failure.code);

/** Lets time pass for a reservation: as though that many seconds had gone by since it was made. */
export async function age(database: Database, reservation: ReservationView, seconds: number): Promise<void> {
  await database.query(
    `UPDATE reservations SET created_at = created_at - by, held_until = held_until - by, confirmed_at = confirmed_at - by
     FROM (SELECT make_interval(secs => $2) AS by) shift WHERE reservation_id = $1`,
    [reservation.reservationId, seconds],
  );
}

export async function balanceOf(counter: Counter, userId: string): Promise<number> {
  return (await counter.wallets.balance(userId)).balance;
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
