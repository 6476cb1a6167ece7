import { Failure } from '../lib/failure.ts';
import type { EventStream } from './event-streams.ts';

/** Devices that one person may watch from; the pages of one browser share a stream. */
const MOST_OF_USER = 5;

/** How many event streams of this process may belong to one person, and to one address. */
export class StreamLimits {
  readonly #mostOfAddress: number;
  readonly #ofUser = new Map<string, EventStream[]>();
  readonly #ofAddress = new Map<string, number>();

  /** @param mostOfAddress 0 is no limit: thousands may share the address of a mobile carrier */
  constructor(mostOfAddress: number) {
    this.#mostOfAddress = mostOfAddress;
  }

  /** Before a stream is opened. @throws Failure RATE_LIMITED */
  check(address: string): void {
    if (this.#mostOfAddress === 0 || (this.#ofAddress.get(address) ?? 0) < this.#mostOfAddress) return;
    const detail = `At most ${this.#mostOfAddress} event streams from one address. Ask with GET /api/v1/token instead.`;
    throw new Failure('RATE_LIMITED', detail, { 'retry-after': '10' });
  }

  /** Ends the oldest stream of a person who has too many: the newest is the one that somebody looks at. */
  add(userId: string, address: string, stream: EventStream): void {
    const theirs = this.#ofUser.get(userId) ?? [];
    theirs.push(stream);
    this.#ofUser.set(userId, theirs);
    this.#ofAddress.set(address, (this.#ofAddress.get(address) ?? 0) + 1);
    stream.onClosed(() => this.#forget(userId, address, stream));
    if (theirs.length > MOST_OF_USER) theirs.shift()?.end();
  }

  #forget(userId: string, address: string, stream: EventStream): void {
    const theirs = this.#ofUser.get(userId)?.filter((one) => one !== stream) ?? [];
    if (theirs.length > 0) this.#ofUser.set(userId, theirs);
    else this.#ofUser.delete(userId);
    const left = (this.#ofAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#ofAddress.delete(address);
    else this.#ofAddress.set(address, left);
  }
}
