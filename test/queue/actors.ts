import type { Draw } from '../../server/queue/draw/draw.ts';
import type { Change, Place, QueueSettings, QueueStats } from '../../server/queue/store.ts';
import { freshQueueId, type Line } from './lines.ts';

/** One queue, spoken to in few words: a user is a name, a place is `ACTIVE`, `EXPIRED`, its position, or null. */
export class Actors {
  readonly queueId: string;
  readonly line: Line;

  constructor(line: Line, queueId: string = freshQueueId()) {
    this.line = line;
    this.queueId = queueId;
  }

  /** Another queue on the same line. */
  other(): Actors {
    return new Actors(this.line);
  }

  enter(...users: string[]): Promise<Place[]> {
    return this.line.store.enter(this.#requests(users));
  }

  /** Where users are, without showing up. */
  places(...users: string[]): Promise<(Place | null)[]> {
    return this.line.store.status(this.#requests(users), false);
  }

  /** Where users are, in short, without showing up. */
  async where(...users: string[]): Promise<(string | number | null)[]> {
    return (await this.places(...users)).map(short);
  }

  /** Users ask for their place, which is showing up. */
  async ask(...users: string[]): Promise<(string | number | null)[]> {
    return (await this.line.store.status(this.#requests(users), true)).map(short);
  }

  leave(...users: string[]): Promise<boolean[]> {
    return this.line.store.leave(this.#requests(users));
  }

  tick(): Promise<Change[]> {
    return this.line.store.admit([this.queueId]);
  }

  configure(patch: Partial<Omit<QueueSettings, 'queueId'>>, seed?: string): Promise<QueueSettings> {
    return this.line.store.configure(this.queueId, patch, seed);
  }

  draws(): Promise<Draw[]> {
    return this.line.store.draws(this.queueId);
  }

  async stats(): Promise<QueueStats> {
    const [stats] = await this.line.store.stats([this.queueId]);
    if (!stats) throw new Error(`there is no queue ${this.queueId}`);
    return stats;
  }

  /** As though that many seconds had gone by. */
  age(seconds: number): Promise<void> {
    return this.line.age(this.queueId, seconds);
  }

  #requests(users: readonly string[]) {
    return users.map((userId) => ({ userId, queueId: this.queueId }));
  }
}

export const short = (place: Place | null): string | number | null =>
  place && (place.status === 'WAITING' ? place.position : place.status);

/** `user-1` to `user-n`. */
export const users = (count: number, from = 1): string[] => Array.from({ length: count }, (_, i) => `user-${from + i}`);

export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
