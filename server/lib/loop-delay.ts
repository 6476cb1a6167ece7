import { MessageChannel, type MessagePort } from 'node:worker_threads';

const LOOK_EVERY_MILLISECONDS = 10;
/** What was seen longer ago says nothing about now. */
const FRESH_MILLISECONDS = 100;

/**
 * How long what reaches this process waits in front of its event loop. A message to ourselves stands in the same row as
 * every socket that has something to read, and is timed; a timer would tell when the whole row is done, which under load
 * is many times as long. Sends nothing while nobody asks.
 */
export class LoopDelay {
  readonly #there: MessagePort;
  readonly #now: () => number;
  /** When the message under way was sent; null when it has arrived. */
  #sentAt: number | null = null;
  #arrivedAt = Number.NEGATIVE_INFINITY;
  /** The last two. */
  #took: [number, number] = [0, 0];

  /** @param now milliseconds that only go up */
  constructor(now = () => performance.now()) {
    this.#now = now;
    const { port1: here, port2: there } = new MessageChannel();
    this.#there = there;
    here.on('message', () => this.#arrived());
    // It keeps no process alive.
    here.unref();
  }

  /** In milliseconds, as the last two looks both saw it: a process that was held up once is not overrun. */
  milliseconds(): number {
    if (this.#sentAt === null) this.#look();
    const [before, latest] = this.#took;
    return Math.min(before, latest);
  }

  #look(): void {
    const now = this.#now();
    const since = now - this.#arrivedAt;
    if (since > FRESH_MILLISECONDS) this.#took = [0, 0];
    if (since < LOOK_EVERY_MILLISECONDS) return;
    this.#sentAt = now;
    this.#there.postMessage(null);
  }

  #arrived(): void {
    this.#arrivedAt = this.#now();
    this.#took = [this.#took[1], this.#arrivedAt - (this.#sentAt ?? this.#arrivedAt)];
    this.#sentAt = null;
  }
}
