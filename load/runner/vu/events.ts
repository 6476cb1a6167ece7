// What a virtual user's script waits for: one suspended call at most, and any number of timers and async requests,
// which are delivered when the script is not running.
import { Interrupted } from '../vm/vm.ts';

export type VuEvent =
  | { readonly kind: 'timer'; readonly id: number }
  | { readonly kind: 'settled'; readonly id: number; readonly failure: string | undefined; readonly answer: unknown };

type Cancel = (reason: Error) => void;

export class VuEvents {
  /** Whether the script has waited for anything since this was last set to false. */
  hasWaited = false;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #underWay = new Map<number, Cancel>();
  readonly #ready: VuEvent[] = [];
  #cancelSuspended: Cancel | undefined;
  #deliver: ((event: VuEvent) => void) | undefined;

  /** True while something will still come. */
  get isExpecting(): boolean {
    return this.#ready.length > 0 || this.#timers.size > 0 || this.#underWay.size > 0;
  }

  /** Suspends the script until `work` is done; `cancel` makes it reject. */
  async suspend<T>(work: Promise<T>, cancel: Cancel): Promise<T> {
    this.hasWaited = true;
    this.#cancelSuspended = cancel;
    try {
      return await work;
    } finally {
      this.#cancelSuspended = undefined;
    }
  }

  sleep(milliseconds: number): Promise<undefined> {
    this.hasWaited = true;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#cancelSuspended = undefined;
        resolve(undefined);
      }, milliseconds);
      this.#cancelSuspended = (reason) => {
        clearTimeout(timer);
        this.#cancelSuspended = undefined;
        reject(reason);
      };
    });
  }

  startTimer(id: number, milliseconds: number): void {
    const fire = () => {
      this.#timers.delete(id);
      this.#push({ kind: 'timer', id });
    };
    this.#timers.set(id, setTimeout(fire, milliseconds));
  }

  stopTimer(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** Work that the script goes on without; its end is an event. */
  startWork(id: number, work: Promise<unknown>, cancel: Cancel): void {
    this.#underWay.set(id, cancel);
    const end = (failure: string | undefined, answer: unknown) => {
      if (this.#underWay.delete(id)) this.#push({ kind: 'settled', id, failure, answer });
    };
    work.then(
      (answer) => end(undefined, answer),
      (error: Error) => end(error.message, undefined),
    );
  }

  /** The next event. Rejects with Interrupted when the iteration must end. */
  next(): Promise<VuEvent> {
    this.hasWaited = true;
    const event = this.#ready.shift();
    if (event) return Promise.resolve(event);
    return new Promise((resolve, reject) => {
      const settled = () => {
        this.#deliver = undefined;
        this.#cancelSuspended = undefined;
      };
      this.#deliver = (arrived) => {
        settled();
        resolve(arrived);
      };
      this.#cancelSuspended = (reason) => {
        settled();
        reject(reason);
      };
    });
  }

  /** Ends what the script waits for. */
  interrupt(): void {
    this.#cancelSuspended?.(new Interrupted());
  }

  /** Forgets everything that is still to come: the iteration is over. */
  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    const cancels = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const cancel of cancels) cancel(new Interrupted());
    this.#ready.length = 0;
  }

  #push(event: VuEvent): void {
    if (this.#deliver) this.#deliver(event);
    else this.#ready.push(event);
  }
}
