// The virtual users of a run. Scenarios take them when they start and give them back when they end.
import { Share } from '../executors/share.ts';
import type { VuFactory } from './factory.ts';
import type { VirtualUser } from './virtual-user.ts';

export class VuPool {
  readonly #factory: VuFactory;
  readonly #share: Share;
  readonly #all: VirtualUser[] = [];
  readonly #free: VirtualUser[] = [];

  constructor(factory: VuFactory, share = Share.whole) {
    this.#factory = factory;
    this.#share = share;
  }

  get size(): number {
    return this.#all.length;
  }
  get all(): readonly VirtualUser[] {
    return this.#all;
  }

  /** One more virtual user, free to be taken. */
  async add(): Promise<void> {
    const number = this.#all.length;
    const user = await this.#factory.create(this.#share.numberOf(number) + 1, number + 1);
    this.#all.push(user);
    this.#free.push(user);
  }

  /** The one that has been free for longest. */
  take(): VirtualUser {
    const user = this.#free.shift();
    if (!user) throw new Error('every virtual user of the run is taken');
    return user;
  }

  give(user: VirtualUser): void {
    this.#free.push(user);
  }

  close(): void {
    for (const user of this.#all) user.state.closeConnections();
  }
}
