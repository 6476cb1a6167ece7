// People who use everything that changes something, through any process, and who ask again with the same key until they
// are told.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, ask, LOST, persist } from './ask.ts';
import type { Chances } from './chances.ts';
import type { Journal, Told, ToldPlace } from './journal.ts';

type Asked = Omit<Told, 'status' | 'text'>;
interface Reservation {
  reservationId: string;
  status: string;
}
/** A place with the token that proves it. */
type Held = ToldPlace & { token: string };

export const SEATS = 150;
const FIRST_SEAT = 1001;
const STANDING_SEAT = 1;
const CONCERT = { concertId: 123, concertScheduleId: 456 };
const WATCH_EVERY_MILLISECONDS = 200;

export class Customers {
  readonly #urls: readonly string[];
  readonly #journal: Journal;
  readonly #thinkMilliseconds: number;
  #open = true;
  #keys = 0;
  #turn = 0;

  /** @param thinkMilliseconds how long people pause between two things, on average */
  constructor(urls: readonly string[], journal: Journal, thinkMilliseconds = 0) {
    this.#urls = urls;
    this.#journal = journal;
    this.#thinkMilliseconds = thinkMilliseconds;
  }

  /** Lets everybody finish what they are at, until they are told. */
  leave(): void {
    this.#open = false;
  }

  /** Enters, and takes and pays and gives back until it is time to leave. */
  async shop(userId: string, random: Chances): Promise<void> {
    let place = await this.enter(userId);
    const mine: Reservation[] = [];
    while (this.#open) {
      const one = mine.at(-1);
      const dice = random();
      if (dice < 0.2) await this.#charge(userId);
      else if (dice < 0.23) place = await this.#look(place);
      else if (dice < 0.4) await this.#take(place, 'reserve', seat(random), mine);
      else if (dice < 0.63) await this.#take(place, 'hold', seat(random), mine);
      else if (one?.status === 'HELD' && dice < 0.88) await this.#settle(userId, 'pay', one);
      else if (one && one.status !== 'CANCELLED') await this.#settle(userId, 'cancel', one);
      await this.#think(random);
    }
  }

  /** New people come all the time, and wait. */
  async arrive(name: string, everyMilliseconds = 5): Promise<void> {
    for (let n = 1; this.#open; n++) {
      await this.enter(`${name}-${n}`);
      await sleep(everyMilliseconds);
    }
  }

  /** One after the other comes, waits until it is their turn or goes before that, buys, leaves; some come again. */
  async visit(name: string, queueId: string, random: Chances): Promise<void> {
    for (let n = 1; this.#open; n++) {
      const userId = `${name}-${n}`;
      await this.#visitOnce(userId, queueId, random);
      if (this.#open && random() < 0.25) await this.#visitOnce(userId, queueId, random);
    }
  }

  /** Looks all the time whether more people are inside than may be. @param caps by queue */
  async watch(caps: Readonly<Record<string, number>>): Promise<void> {
    while (this.#open) {
      for (const [queueId, cap] of Object.entries(caps)) {
        const answer = await ask(this.#nextUrl(), 'GET', `/api/v1/queue/${queueId}`).catch(() => LOST);
        const active = answer.status === 200 ? JSON.parse(answer.text).active : 0;
        if (active > cap) this.#complain(`${active} are inside ${queueId} at once, and ${cap} may be`);
      }
      await sleep(WATCH_EVERY_MILLISECONDS);
    }
  }

  async #visitOnce(userId: string, queueId: string, random: Chances): Promise<void> {
    let place = await this.enter(userId, queueId);
    const patient = random() < 0.8;
    while (this.#open && patient && place.status === 'WAITING') {
      await sleep(100 + random() * 300);
      place = await this.#look(place);
    }
    if (!this.#open) return;
    if (place.status === 'ACTIVE') await this.#take(place, 'reserve', STANDING_SEAT, []);
    await this.#leaveLine(place);
  }

  /** Every other time with a key, which must make no difference. */
  async enter(userId: string, queueId = 'main'): Promise<Held> {
    const path = '/api/v1/token/create';
    const asked = { userId, action: 'enter', method: 'POST', path, body: { userId, queueId } } as const;
    const before = this.#journal.places.get(userId);
    const { status, text } = await this.#ask(asked, {}, this.#turn % 2 === 0);
    if (status !== 200) throw new Error(`${userId} was not let into the line: ${status} ${text}`);
    const place = this.#note(userId, queueId, JSON.parse(text));
    const sound = !before || (before.status === 'LEFT' ? place.ticket > before.ticket : place.ticket === before.ticket);
    if (!sound)
      this.#complain(`${userId} was ${before.status} with ticket ${before.ticket} and entered with ${place.ticket}`);
    return place;
  }

  /** Asks for a place, which must be the one that was told. */
  async #look(place: Held): Promise<Held> {
    const { userId, queueId, ticket, token } = place;
    const answer = await this.#persist('GET', '/api/v1/token', undefined, proof(token));
    const now = answer.status === 200 ? JSON.parse(answer.text) : null;
    if (now?.ticket !== ticket || (place.status === 'ACTIVE' && now.status !== 'ACTIVE'))
      this.#complain(`${userId} was ${place.status} with ticket ${ticket} and is told ${answer.status} ${answer.text}`);
    return now ? this.#note(userId, queueId, now) : { ...place, status: 'LEFT' };
  }

  /** With the token, so that an attempt that arrives late can't end a place that was taken since. */
  async #leaveLine({ userId, queueId, ticket, token }: Held): Promise<void> {
    const { status, text } = await this.#persist('DELETE', '/api/v1/token', undefined, proof(token));
    // 404: an attempt before, whose answer was lost, had done it.
    if (status !== 204 && status !== 404) this.#complain(`${userId} leaves and is told ${status} ${text}`);
    this.#journal.places.set(userId, { userId, queueId, ticket, status: 'LEFT' });
  }

  /** No two charges are of the same amount, so that each can be found in the ledger. */
  #charge(userId: string): Promise<Told> {
    const amount = 1_000_000 + this.#keys;
    const path = `/api/v1/wallet/${userId}/charge`;
    return this.#ask({ userId, action: 'charge', method: 'POST', path, body: { amount } });
  }

  async #take(place: Held, action: 'reserve' | 'hold', seatId: number, mine: Reservation[]): Promise<void> {
    const { userId, queueId, token } = place;
    const body = { userId, ...CONCERT, seatId, queueId };
    const path = action === 'reserve' ? '/api/v1/reservation' : '/api/v1/reservation/hold';
    const { status, text } = await this.#ask({ userId, action, method: 'POST', path, body }, proof(token));
    if (status === 403) this.#complain(`${userId} is inside and may not reserve: ${text}`);
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
        : await this.#ask({ userId, action, method: 'DELETE', path, body: undefined }, {}, false);
    if (status === 200) one.status = JSON.parse(text).status;
  }

  /** Asks until told, and notes it. */
  async #ask(asked: Omit<Asked, 'key'>, headers: Record<string, string> = {}, keyed = true): Promise<Told> {
    const key = keyed ? `key-${++this.#keys}` : null;
    const named = { ...headers, ...(key !== null && { 'idempotency-key': key }) };
    const { status, text } = await this.#persist(asked.method, asked.path, asked.body, named);
    const told = { ...asked, key, status, text };
    this.#journal.told.push(told);
    return told;
  }

  /** Asks one process or another until the matter is settled, however often they die meanwhile. */
  #persist(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
    return persist(
      () => ask(this.#nextUrl(), method, path, body, headers),
      ({ status, text }) => {
        if (status === 500) this.#complain(`${method} ${path} is answered 500 ${text}`);
        const why = text === '' ? 'no answer' : String(JSON.parse(text).code);
        this.#journal.turnedAway.set(why, (this.#journal.turnedAway.get(why) ?? 0) + 1);
        return true;
      },
    );
  }

  #nextUrl(): string {
    return this.#urls[this.#turn++ % this.#urls.length] as string;
  }

  #note(userId: string, queueId: string, { ticket, status, token }: Held): Held {
    this.#journal.places.set(userId, { userId, queueId, ticket, status });
    return { userId, queueId, ticket, status, token };
  }

  #complain(what: string): void {
    this.#journal.complaints.push(what);
  }

  #think(random: Chances): Promise<void> | undefined {
    return this.#thinkMilliseconds > 0 ? sleep(this.#thinkMilliseconds * 2 * random()) : undefined;
  }
}

const proof = (token: string) => ({ authorization: `Bearer ${token}` });
const seat = (random: Chances) => FIRST_SEAT + Math.floor(random() * SEATS);
