// People who use everything that changes something, and who ask again with the same key until they are told.
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../support/service.ts';
import type { Journal, Told } from './journal.ts';

type Asked = Omit<Told, 'status' | 'text'>;
interface Reservation {
  reservationId: string;
  status: string;
}

export const SEATS = 150;
const FIRST_SEAT = 1001;
const MOST_MILLISECONDS = 15_000;
const NOT_YET = new Set([429, 500, 503]);

/** Whether an answer settles the matter; a lost connection, a busy or a stopping service does not. */
const settles = (status: number, text: string): boolean => !NOT_YET.has(status) && !text.includes('"IN_PROGRESS"');

export class Customers {
  readonly #url: string;
  readonly #journal: Journal;
  #open = true;
  #keys = 0;

  constructor(url: string, journal: Journal) {
    this.#url = url;
    this.#journal = journal;
  }

  /** Lets everybody finish what they are at, until they are told. */
  leave(): void {
    this.#open = false;
  }

  /** Enters, and takes and pays and gives back until it is time to leave. */
  async shop(userId: string, random: () => number): Promise<void> {
    await this.enter(userId);
    const mine: Reservation[] = [];
    while (this.#open) {
      const one = mine.at(-1);
      const dice = random();
      if (dice < 0.3) await this.#charge(userId);
      else if (dice < 0.5) await this.#take(userId, 'reserve', random, mine);
      else if (dice < 0.75) await this.#take(userId, 'hold', random, mine);
      else if (one?.status === 'HELD' && dice < 0.92) await this.#settle(userId, 'pay', one);
      else if (one && one.status !== 'CANCELLED') await this.#settle(userId, 'cancel', one);
    }
  }

  /** New people come all the time. */
  async arrive(name: string): Promise<void> {
    for (let n = 1; this.#open; n++) {
      await this.enter(`${name}-${n}`);
      await sleep(5);
    }
  }

  async enter(userId: string): Promise<void> {
    for (;;) {
      const { status, text } = await this.#send('POST', '/api/v1/token/create', { userId }, null);
      if (settles(status, text)) {
        const { ticket, status: place } = JSON.parse(text);
        this.#journal.places.set(userId, { userId, ticket, status: place });
        return;
      }
      await sleep(50);
    }
  }

  /** No two charges are of the same amount, so that each can be found in the ledger. */
  #charge(userId: string): Promise<Told> {
    const amount = 1_000_000 + this.#keys;
    return this.#ask({
      userId,
      action: 'charge',
      method: 'POST',
      path: `/api/v1/wallet/${userId}/charge`,
      body: { amount },
    });
  }

  async #take(userId: string, action: 'reserve' | 'hold', random: () => number, mine: Reservation[]): Promise<void> {
    const seatId = FIRST_SEAT + Math.floor(random() * SEATS);
    const body = { userId, concertId: 123, concertScheduleId: 456, seatId };
    const path = action === 'reserve' ? '/api/v1/reservation' : '/api/v1/reservation/hold';
    const { status, text } = await this.#ask({ userId, action, method: 'POST', path, body });
    if (status !== 200) return;
    const taken: Reservation = JSON.parse(text);
    const known = mine.findIndex(({ reservationId }) => reservationId === taken.reservationId);
    if (known !== -1) mine.splice(known, 1);
    mine.push(taken);
  }

  async #settle(userId: string, action: 'pay' | 'cancel', one: Reservation): Promise<void> {
    const path = `/api/v1/reservation/${one.reservationId}`;
    const { status, text } =
      action === 'pay'
        ? await this.#ask({ userId, action, method: 'POST', path: `${path}/pay`, body: {} })
        : await this.#ask({ userId, action, method: 'DELETE', path, body: undefined });
    if (status === 200) one.status = JSON.parse(text).status;
  }

  /** Asks until told, however often the service dies meanwhile. */
  async #ask(asked: Omit<Asked, 'key'>): Promise<Told> {
    const key = asked.method === 'POST' ? `key-${++this.#keys}` : null;
    for (;;) {
      const { status, text } = await this.#send(asked.method, asked.path, asked.body, key);
      if (settles(status, text)) {
        const told = { ...asked, key, status, text };
        this.#journal.told.push(told);
        return told;
      }
      await sleep(50);
    }
  }

  async #send(method: string, path: string, body: unknown, key: string | null) {
    const headers: Record<string, string> = key === null ? {} : { 'idempotency-key': key };
    const lost = { status: 503, text: '' };
    const late = sleep(MOST_MILLISECONDS, lost, { ref: false });
    return Promise.race([call(this.#url, method, path, body, headers).catch(() => lost), late]);
  }
}
