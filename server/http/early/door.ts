import { LoopDelay } from '../../lib/loop-delay.ts';
import { OPERATIONS, type Operation } from './operations.ts';

/** What has too much to do. */
export type Reason = 'store' | 'process';

export interface DoorOptions {
  /** Whether who comes now would wait too long for the store. */
  full: Partial<Record<Operation, () => boolean>>;
  /** How long requests wait in front of the event loop; without, it is measured. */
  loop?: { milliseconds(): number };
}

/** Refusing who keeps the process busy takes time from the others: it begins when waiting is worse. */
const LONGEST_LOOP_DELAY_MILLISECONDS = 1_000;

/** Decides who would wait too long. */
export class Door {
  readonly #full: DoorOptions['full'];
  readonly #loop: { milliseconds(): number };
  #everyOther = false;

  constructor({ full, loop = new LoopDelay() }: DoorOptions) {
    this.#full = full;
    this.#loop = loop;
  }

  reasonToRefuse(operation: Operation): Reason | null {
    if (this.#full[operation]?.()) return 'store';
    if (!OPERATIONS[operation].canWait || this.#loop.milliseconds() <= LONGEST_LOOP_DELAY_MILLISECONDS) return null;
    // Not all of them. A refusal costs a good part of an answer: where nobody goes away as they are told to, there would
    // be no time left to serve anybody.
    this.#everyOther = !this.#everyOther;
    return this.#everyOther ? 'process' : null;
  }
}
