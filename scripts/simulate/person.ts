// What people do at a sale, and how they go about an answer that never came.
import type { Outcome } from '../../server/lib/outcome.ts';
import type { ReservationView } from '../../server/reservation/store.ts';
import type { Chances } from '../crash/chances.ts';
import type { Journal } from './journal.ts';
import { Violation } from './journal.ts';
import type { Rules } from './process.ts';
import { Unanswered } from './process.ts';
import { STANDING } from './sale.ts';
import type { VirtualTime } from './time.ts';

export interface Surroundings {
  time: VirtualTime;
  random: Chances;
  journal: Journal;
  /** Sends a request to one of the processes. @throws Unanswered */
  send<T>(work: (rules: Rules) => Promise<T>): Promise<T>;
  note(text: string): void;
  /** The sale goes on; when it does not, people leave. */
  open(): boolean;
}

const QUEUE = 'main';
const SEAT = { queueId: QUEUE, concertId: 1, concertScheduleId: 1 };
const SECOND = 1_000;

export class Person {
  readonly #id: string;
  readonly #at: Surroundings;
  #keys = 0;

  constructor(id: string, at: Surroundings) {
    this.#id = id;
    this.#at = at;
  }

  /** Comes again and again until the sale is over. */
  async live(): Promise<void> {
    const { time, open } = this.#at;
    await time.sleep(this.#upTo(60 * SECOND));
    while (open()) {
      await this.#visit().catch((error) => {
        if (!(error instanceof Unanswered)) throw error;
      });
      await time.sleep(this.#upTo(120 * SECOND));
    }
  }

  async #visit(): Promise<void> {
    const place = await this.#patiently(({ queue }) => queue.enter(this.#id, QUEUE));
    this.#at.journal.place(this.#id, place.ticket);
    this.#note(`has ticket ${place.ticket}, ${place.status} ${place.position}`);
    if (place.status === 'WAITING' && !(await this.#wait(place.ticket))) return;
    for (let wishes = 1 + Math.floor(this.#upTo(3)); wishes > 0; wishes--) await this.#shop();
    // Others let their slot run out.
    if (this.#chance(0.6)) await this.#leave(place.ticket);
  }

  /** False for who gave up, or missed their turn. */
  async #wait(ticket: number): Promise<boolean> {
    const patience = this.#at.time.now + this.#upTo(30 * 60 * SECOND);
    for (;;) {
      if (this.#chance(0.01)) return false; // never comes back
      await this.#at.time.sleep(SECOND + this.#upTo(20 * SECOND));
      const place = await this.#patiently(({ queue }) => queue.status(this.#id, QUEUE, ticket));
      if (place?.status === 'ACTIVE') return true;
      if (place?.status !== 'WAITING') return false;
      if (this.#at.time.now < patience && this.#at.open()) continue;
      await this.#leave(ticket);
      return false;
    }
  }

  async #leave(ticket: number): Promise<void> {
    this.#at.journal.leaving(this.#id);
    const left = await this.#patiently(({ queue }) => queue.leave(this.#id, QUEUE, ticket));
    this.#note(`leaves: ${left}`);
  }

  async #shop(): Promise<void> {
    await this.#at.time.sleep(this.#upTo(20 * SECOND));
    const seatId = 1 + Math.floor(this.#upTo(STANDING + 0.1));
    const request = { ...SEAT, userId: this.#id, seatId };
    const bought = this.#chance(0.4)
      ? await this.#once((idempotency) => (rules) => rules.reservations.reserve({ ...request, idempotency }))
      : await this.#holdAndPay(request);
    if (bought?.status !== 'CONFIRMED') return;
    this.#at.journal.confirmed(bought);
    if (this.#chance(0.7)) await this.#cancel(bought.reservationId);
  }

  async #holdAndPay(request: typeof SEAT & { userId: string; seatId: number }): Promise<ReservationView | null> {
    const held = await this.#once((idempotency) => (rules) => rules.reservations.hold({ ...request, idempotency }));
    if (held?.status !== 'HELD') return held;
    const dice = this.#at.random();
    if (dice < 0.1) return null; // gives up without a word
    if (dice < 0.2) return this.#cancel(held.reservationId);
    await this.#at.time.sleep(this.#upTo(dice < 0.4 ? 600 * SECOND : 30 * SECOND));
    return this.#once((idempotency) => (rules) => {
      return rules.reservations.pay({ reservationId: held.reservationId, userId: this.#id, idempotency });
    });
  }

  async #cancel(reservationId: string): Promise<ReservationView | null> {
    await this.#at.time.sleep(this.#upTo(300 * SECOND));
    this.#at.journal.cancelling(reservationId);
    if (this.#chance(0.1)) await this.#stranger(reservationId);
    return this.#once((idempotency) => (rules) => {
      return rules.reservations.cancel({ reservationId, userId: this.#id, idempotency });
    });
  }

  /** Somebody else tries the same. */
  async #stranger(reservationId: string): Promise<void> {
    const outcome = await this.#at.send((rules) => rules.reservations.cancel({ reservationId, userId: 'a stranger' }));
    if (outcome.ok) throw new Violation('a stranger cancelled what is not theirs');
  }

  /** With a key of its own: some click twice at once, and whoever hears nothing asks again. */
  async #once(
    work: (key: {
      key: string;
      hash: string;
      requestId: string;
    }) => (rules: Rules) => Promise<Outcome<ReservationView>>,
  ): Promise<ReservationView | null> {
    const key = `${this.#id}-${++this.#keys}`;
    const ask = async () => {
      const outcome = await this.#patiently(work({ key, hash: 'the same', requestId: key }));
      this.#at.journal.answered(key, outcome);
      return outcome;
    };
    const twice = this.#chance(0.1) ? ask() : undefined;
    const [outcome] = await Promise.all([ask(), twice]);
    this.#note(`${key}: ${outcome.ok ? `${outcome.value.status} seat ${outcome.value.seatId}` : outcome.failure.code}`);
    return outcome.ok ? outcome.value : null;
  }

  /** Asks until there is an answer; some lose heart. @throws Unanswered */
  async #patiently<T>(work: (rules: Rules) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.#at.send(work);
      } catch (error) {
        if (!(error instanceof Unanswered) || this.#chance(0.05)) throw error;
        await this.#at.time.sleep(this.#upTo(5 * SECOND));
      }
    }
  }

  #note = (text: string) => this.#at.note(`${this.#id} ${text}`);
  #chance = (part: number): boolean => this.#at.random() < part;
  #upTo = (most: number): number => this.#at.random() * most;
}
