// The virtual users of a run. Scenarios take them when they start and give them back when they end.
import type { VuFactory } from './factory.ts';
import type { VirtualUser } from './virtual-user.ts';

export class VuPool {
  readonly #factory: VuFactory;
  readonly #all: VirtualUser[] = [];
  readonly #free: VirtualUser[] = [];

  constructor(factory: VuFactory) {
    this.#factory = factory;
  }

  get size(): number {
    return this.#all.length;
  }
  get all(): readonly VirtualUser[] {
    return this.#all;
  }

  /** One more virtual user, free to be taken. */
  async add(): Promise<void> {
    const user = await this.#factory.create(this.#all.length + 1);
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
