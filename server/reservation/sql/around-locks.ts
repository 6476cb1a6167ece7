import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type Row, StoreUnavailable } from '../../db/database.ts';
import type { Decided } from '../../lib/decide.ts';
import type { ReservationAnswer, ReservationStore, ReserveItem, SettleItem } from '../store.ts';

type Answer = Decided<ReservationAnswer>;

interface LockedRow extends Row {
  users: string[];
  schedules: number[];
  seats: number[];
  reservations: string[];
}

export interface AroundLocksOptions {
  /** The database, and the store on it. */
  database: Database;
  store: ReservationStore;
  /** The same store with little patience for locks. */
  impatient: ReservationStore;
  /** Requests of one transaction at this moment. */
  mostItems?: () => number;
}

/** After trouble with locks, so long each batch is looked at before it is tried. */
const WARY_MILLISECONDS = 5_000;
/** After a batch that looked free was not. */
const STRICT_MILLISECONDS = 1_000;
/** A request whose rows stay locked for so long is refused: it has waited long enough to try again later. */
const PATIENCE_MILLISECONDS = 500;
/** When all that is asked for is locked, there is no use in looking again at once. */
const REST_MILLISECONDS = 25;
const LOCKED = 'SELECT * FROM jari_locked_now($1, $2, $3, $4, $5)';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Keeps those apart who need rows that somebody holds locked. Requests share their transactions, so one locked row would
 * hold up and fail all that came with it; instead, after the first such failure, batches are looked at first, those who
 * need a locked row wait aside and are refused after a while, and all others go on.
 */
export class AroundLocks implements ReservationStore {
  readonly #options: AroundLocksOptions;
  readonly #cameAt = new WeakMap<object, number>();
  #waryUntil = 0;
  /** Until then every locked row counts, however shortly it may be locked. */
  #strictUntil = 0;
  #refused = 0;

  constructor(options: AroundLocksOptions) {
    this.#options = options;
  }

  /** How many requests were refused for locked rows since the last time. */
  takeRefused(): number {
    const refused = this.#refused;
    this.#refused = 0;
    return refused;
  }

  reserve(items: readonly ReserveItem[]): Promise<Answer[]> {
    return this.#inParts(items, (some) => this.#decide(some, 'reserve', (one) => this.#lockedSeats(one)));
  }

  settle(items: readonly SettleItem[]): Promise<Answer[]> {
    return this.#inParts(items, (some) => this.#decide(some, 'settle', (one) => this.#lockedReservations(one)));
  }

  expireHolds(most: number): Promise<number> {
    return this.#options.store.expireHolds(most);
  }

  find(reservationId: string) {
    return this.#options.store.find(reservationId);
  }

  listOf(userId: string) {
    return this.#options.store.listOf(userId);
  }

  /** One part after the other. A later part that the store could not take does not make the earlier ones undone. */
  async #inParts<I>(items: readonly I[], decide: (items: readonly I[]) => Promise<Answer[]>): Promise<Answer[]> {
    const most = this.#options.mostItems?.() ?? items.length;
    if (items.length <= most) return decide(items);
    const answers: Answer[] = [];
    for (let from = 0; from < items.length; from += most) {
      const part = items.slice(from, from + most);
      const decided = await decide(part).catch((error) => {
        if (from === 0 || !(error instanceof StoreUnavailable)) throw error;
        return part.map(unavailable);
      });
      answers.push(...decided);
    }
    return answers;
  }

  async #decide<I extends ReserveItem | SettleItem>(
    items: readonly I[],
    command: 'reserve' | 'settle',
    lockedOf: (items: readonly I[]) => Promise<boolean[]>,
  ): Promise<Answer[]> {
    const now = performance.now();
    for (const item of items) if (!this.#cameAt.has(item)) this.#cameAt.set(item, now);
    const call = (store: ReservationStore, some: readonly I[]) => store[command](some as never) as Promise<Answer[]>;
    if (now > this.#waryUntil) {
      try {
        return await call(this.#options.store, items);
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
      }
      this.#waryUntil = performance.now() + WARY_MILLISECONDS;
    }
    const locked = await lockedOf(items);
    if (locked.includes(true)) this.#waryUntil = performance.now() + WARY_MILLISECONDS;
    const free = items.filter((_, i) => !locked[i]);
    if (free.length === 0) await sleep(REST_MILLISECONDS);
    const decided = free.length > 0 ? await this.#tried(free, (some) => call(this.#options.impatient, some)) : [];
    let next = 0;
    return items.map((item, i) => (locked[i] ? this.#setAside(item) : (decided[next++] as Answer)));
  }

  /** Somebody may lock a row between the look and the call: then all look again. */
  async #tried<I extends object>(
    items: readonly I[],
    call: (items: readonly I[]) => Promise<Answer[]>,
  ): Promise<Answer[]> {
    try {
      return await call(items);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      this.#waryUntil = performance.now() + WARY_MILLISECONDS;
      this.#strictUntil = performance.now() + STRICT_MILLISECONDS;
      return items.map((item) => this.#setAside(item));
    }
  }

  #setAside(item: object): Answer {
    const waited = performance.now() - (this.#cameAt.get(item) ?? 0);
    if (waited < PATIENCE_MILLISECONDS) return AGAIN;
    this.#refused++;
    return unavailable();
  }

  async #lockedSeats(items: readonly ReserveItem[]): Promise<boolean[]> {
    const found = await this.#locked(
      items.map((i) => i.userId),
      items.map((i) => i.scheduleId),
      items.map((i) => i.seatId),
      [],
    );
    const seats = new Set(found.schedules.map((schedule, n) => `${schedule}:${found.seats[n]}`));
    const users = new Set(found.users);
    return items.map((item) => users.has(item.userId) || seats.has(`${item.scheduleId}:${item.seatId}`));
  }

  async #lockedReservations(items: readonly SettleItem[]): Promise<boolean[]> {
    const found = await this.#locked(
      [],
      [],
      [],
      items.map((i) => i.reservationId),
    );
    const ids = new Set(found.reservations);
    return items.map((item) => ids.has(item.reservationId.toLowerCase()));
  }

  async #locked(users: string[], schedules: number[], seats: number[], reservations: string[]): Promise<LockedRow> {
    const strict = performance.now() < this.#strictUntil;
    const params = [users, schedules, seats, reservations, strict];
    const [row] = await this.#options.database.query<LockedRow>(LOCKED, params);
    return row ?? { users: [], schedules: [], seats: [], reservations: [] };
  }
}

/** A request that shall go again. */
const AGAIN: Answer = { answer: null, replayed: false, requestId: null };
const unavailable = (): Answer => ({ answer: { code: 'STORE_UNAVAILABLE' }, replayed: false, requestId: null });

const isLockTimeout = (error: unknown): boolean =>
  error instanceof StoreUnavailable && (error.cause as { code?: string } | undefined)?.code === LOCK_NOT_AVAILABLE;

/** A database whose statements wait for a lock no longer than this: for a store that looks before it waits. */
export const impatient = (database: Database, milliseconds: number): Database => ({
  kind: database.kind,
  query: (text, params) =>
    database.transaction(async (sql) => {
      await sql.query(`SET LOCAL lock_timeout = ${Math.round(milliseconds)}`);
      return sql.query(text, params);
    }),
  execute: (script) => database.execute(script),
  transaction: (work) => database.transaction(work),
  close: () => database.close(),
});
