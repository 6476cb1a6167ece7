// A process of the service: the real rules over the stores, which can be killed at any moment.
import { Queue } from '../../server/queue/queue.ts';
import type { QueueStore } from '../../server/queue/store.ts';
import { Reservations } from '../../server/reservation/reservation.ts';
import type { ReservationStore } from '../../server/reservation/store.ts';
import { type Trouble, troubled } from './faults.ts';

/** What a client sees of a process that died, and of a store that could not be asked: nothing is known of the effect. */
export class Unanswered extends Error {}

export interface Rules {
  queue: Queue;
  reservations: Reservations;
}

export class ServiceProcess {
  readonly rules: Rules;
  #gone = false;
  readonly #asking = new Set<() => void>();

  constructor(line: QueueStore, sale: ReservationStore, trouble: Omit<Trouble, 'gone'>) {
    const own = { ...trouble, gone: () => this.#gone };
    const queue = new Queue(troubled(line, own));
    this.rules = { queue, reservations: new Reservations(troubled(sale, own), queue, () => {}) };
  }

  /** @throws Unanswered */
  ask<T>(work: (rules: Rules) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const die = () => reject(new Unanswered());
      if (this.#gone) return die();
      this.#asking.add(die);
      work(this.rules)
        .then(resolve, die)
        .finally(() => this.#asking.delete(die));
    });
  }

  /** SIGKILL. What the store has in hand is done or not, and nobody hears of it. */
  kill(): void {
    this.#gone = true;
    for (const die of this.#asking) die();
  }
}
