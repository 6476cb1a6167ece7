// The people of a drill: they enter the line, wait, buy a few seats, and leave. They try again when they are told to,
// with the same key, and remember every answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** One answer, as the client saw it. Status 0: none came. */
export interface Seen {
  userId: string;
  api: 'token' | 'status' | 'reservation' | 'leave';
  status: number;
  code: string | null;
  milliseconds: number;
  at: number;
  /** With a reservation. */
  seatId?: number;
}

export interface CrowdOptions {
  urls: readonly string[];
  /** New people a second. */
  arrivals: number;
  seatsEach: number;
  /** Distinguishes the people of one crowd from another's. */
  name: string;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
  retryAfterSeconds: number;
}

const POLL_MILLISECONDS = 500;
const THINK_MILLISECONDS = 150;
const FIRST_SEAT = 1_001;
const SEATS = 2_000;
const STANDING_SEAT = 1;
const MOST_TRIES = 60;

export class Crowd {
  readonly seen: Seen[] = [];
  /** People whose place was lost: it was gone, or another ticket. */
  readonly lost: string[] = [];
  /** Who was told that a seat is theirs. */
  readonly owners = new Map<number, string[]>();
  readonly #options: CrowdOptions;
  readonly #agent = new Agent({ connections: 256, pipelining: 1 });
  readonly #people = new Set<Promise<void>>();
  #arrivals: NodeJS.Timeout | null = null;
  #count = 0;
  #seat = 0;
  #stopped = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  start(): void {
    const every = 1_000 / this.#options.arrivals;
    this.#arrivals = setInterval(() => this.join(`${this.#options.name}-${++this.#count}`), every);
  }

  /** Many at the same moment. */
  burst(count: number): void {
    for (let i = 0; i < count; i++) this.join(`${this.#options.name}-${++this.#count}`);
  }

  /** Somebody comes, under a name of their own; `seats` are theirs to try for, instead of the next free ones. */
  join(userId: string, seats?: readonly number[]): void {
    const person = this.#live(userId, seats).finally(() => this.#people.delete(person));
    this.#people.add(person);
  }

  /** Somebody enters and is never heard of again. */
  sit(userId: string): void {
    const person = this.#enter(userId).then(() => void this.#people.delete(person));
    this.#people.add(person);
  }

  /** Nobody comes any more; those who are there finish, or give up after a while. */
  async stop(patienceMilliseconds = 20_000): Promise<void> {
    if (this.#arrivals) clearInterval(this.#arrivals);
    await Promise.race([Promise.all(this.#people), sleep(patienceMilliseconds, undefined, { ref: false })]);
    this.#stopped = true;
    await Promise.race([Promise.all(this.#people), sleep(10_000, undefined, { ref: false })]);
    await this.#agent.destroy();
  }

  async #live(userId: string, seats?: readonly number[]): Promise<void> {
    const ticket = await this.#enter(userId);
    if (ticket === null) return;
    if (!(await this.#wait(userId, ticket))) return;
    const wanted = seats ?? Array.from({ length: this.#options.seatsEach }, () => this.#nextSeat());
    for (const seatId of wanted) {
      if (this.#stopped) return;
      await this.#buy(userId, seatId);
      await sleep(THINK_MILLISECONDS);
    }
    await this.#persist(() => this.#ask(userId, 'leave', 'DELETE', `/api/v1/token?userId=${userId}`));
  }

  async #enter(userId: string): Promise<number | null> {
    const answer = await this.#persist(() => this.#ask(userId, 'token', 'POST', '/api/v1/token/create', { userId }));
    return answer?.status === 200 ? (answer.body.ticket as number) : null;
  }

  /** @returns whether it is their turn */
  async #wait(userId: string, ticket: number): Promise<boolean> {
    while (!this.#stopped) {
      const answer = await this.#persist(() => this.#ask(userId, 'status', 'GET', `/api/v1/token?userId=${userId}`));
      if (!answer) return false;
      if (answer.status !== 200 || answer.body.ticket !== ticket) {
        this.lost.push(
          `${userId}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 120)}, had ticket ${ticket}`,
        );
        return false;
      }
      if (answer.body.status !== 'WAITING') return answer.body.status === 'ACTIVE';
      await sleep(POLL_MILLISECONDS);
    }
    return false;
  }

  async #buy(userId: string, seatId: number): Promise<void> {
    const body = { userId, concertId: 123, concertScheduleId: 456, seatId };
    const headers = { 'idempotency-key': `${userId}:${seatId}` };
    const answer = await this.#persist(() =>
      this.#ask(userId, 'reservation', 'POST', '/api/v1/reservation', body, headers),
    );
    if (answer?.status === 200) this.owners.set(seatId, [...(this.owners.get(seatId) ?? []), userId]);
  }

  /** Mostly numbered seats, and the standing section where everybody meets. */
  #nextSeat(): number {
    const next = this.#seat++;
    return next % 5 === 4 ? STANDING_SEAT : FIRST_SEAT + (next % SEATS);
  }

  /** Tries again as long as the service says that it is only for now. Null when it never got better. */
  async #persist(ask: () => Promise<Answer>): Promise<Answer | null> {
    for (let tries = 0; tries < MOST_TRIES && !this.#stopped; tries++) {
      const answer = await ask();
      if (answer.status !== 0 && answer.status < 500 && answer.status !== 429) return answer;
      await sleep(Math.min(2, answer.retryAfterSeconds) * 1_000 * (0.5 + Math.random() / 2));
    }
    return null;
  }

  async #ask(
    userId: string,
    api: Seen['api'],
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const url = this.#options.urls[Math.floor(Math.random() * this.#options.urls.length)] + path;
    const began = performance.now();
    const at = Date.now();
    const { seatId } = (body ?? {}) as { seatId?: number };
    const see = (status: number, code: string | null) =>
      this.seen.push({
        userId,
        api,
        status,
        code,
        milliseconds: performance.now() - began,
        at,
        ...(seatId && { seatId }),
      });
    try {
      const response = await request(url, {
        method,
        dispatcher: this.#agent,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      see(response.statusCode, (parsed.code as string | undefined) ?? null);
      return {
        status: response.statusCode,
        body: parsed,
        retryAfterSeconds: Number(response.headers['retry-after'] ?? 1),
      };
    } catch {
      see(0, null);
      return { status: 0, body: {}, retryAfterSeconds: 1 };
    }
  }
}
