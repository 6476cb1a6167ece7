import type { BaseLogger } from 'pino';
import type { EventBus } from './bus.ts';
import { Repeater } from './repeater.ts';

export interface RelayOptions {
  /** Most events of one transaction. */
  batchSize: number;
  /** Commits within this time after the first one share a round, so that the relay does not compete with a sale. */
  nudgeDelayMilliseconds: number;
  log: Pick<BaseLogger, 'warn'>;
}

export const RELAY_DEFAULTS = { batchSize: 500, nudgeDelayMilliseconds: 25 };

/**
 * Moves events from the outbox onto the bus: a moment after each commit (`nudge`) and whenever the scheduler says so
 * (`run`), which finds what other processes left behind. Any number of processes may run it at the same time.
 */
export class Relay {
  readonly #bus: EventBus;
  readonly #options: RelayOptions;
  readonly #rounds = new Repeater(() => this.#publishAll());
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(bus: EventBus, options: RelayOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  /** Something was appended to the outbox. Costs next to nothing; never throws. */
  nudge(): void {
    if (this.#timer || this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.run().catch((error) => this.#options.log.warn({ err: error }, 'the relay will try again'));
    }, this.#options.nudgeDelayMilliseconds);
    this.#timer.unref();
  }

  /** Publishes until the outbox is empty. @throws StoreUnavailable */
  run(): Promise<void> {
    return this.#rounds.run();
  }

  /** Idempotent. Publishes what is left, then rests: call it after the last request and before the bus stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.run().catch((error) => this.#options.log.warn({ err: error }, 'events wait in the outbox'));
  }

  async #publishAll(): Promise<void> {
    const { batchSize } = this.#options;
    let count: number;
    do {
      count = await this.#bus.publishNext(batchSize);
      if (count > 0) this.#bus.nudge();
    } while (count === batchSize);
  }
}
