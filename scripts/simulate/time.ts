// A clock that only the simulation moves, and what is to happen by it.

type Happening = () => void;
interface Due {
  at: number;
  /** Of two at the same moment, the one that was planned first. */
  order: number;
  happen: Happening;
}

const BEGIN = Date.UTC(2030, 0, 1);

/** Milliseconds since 1970, and an agenda: a heap with what is due next on top. */
export class VirtualTime {
  now = BEGIN;
  readonly #heap: Due[] = [];
  #planned = 0;

  at(delay: number, happen: Happening): void {
    const due = { at: this.now + Math.max(0, delay), order: this.#planned++, happen };
    const heap = this.#heap;
    let i = heap.push(due) - 1;
    while (i > 0 && before(due, heap[(i - 1) >> 1] as Due)) {
      heap[i] = heap[(i - 1) >> 1] as Due;
      i = (i - 1) >> 1;
    }
    heap[i] = due;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(milliseconds, resolve));
  }

  /** Moves on to what is due next and lets it begin. False when nothing is, up to that moment. */
  next(until: number): boolean {
    const due = this.#heap[0];
    if (!due || due.at > until) return false;
    this.#drop();
    this.now = due.at;
    due.happen();
    return true;
  }

  get elapsed(): number {
    return this.now - BEGIN;
  }

  #drop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Due;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Due, heap[child] as Due)) child++;
      if (!before(heap[child] as Due, last)) break;
      heap[i] = heap[child] as Due;
      i = child;
    }
    heap[i] = last;
  }
}

const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** While it lasts, `Date.now` is the clock of the wall, and the timers of the rules are on the agenda. */
export async function inVirtualTime<T>(time: VirtualTime, wall: () => number, work: () => Promise<T>): Promise<T> {
  const real = { dateNow: Date.now, setTimeout: globalThis.setTimeout };
  Date.now = wall;
  Object.defineProperty(performance, 'now', { value: () => time.elapsed, configurable: true });
  globalThis.setTimeout = ((happen: Happening, delay = 0) => {
    time.at(delay, happen);
    return { unref() {} };
  }) as unknown as typeof setTimeout;
  try {
    return await work();
  } finally {
    Date.now = real.dateNow;
    globalThis.setTimeout = real.setTimeout;
    // Its own property hid the one of the prototype.
    Reflect.deleteProperty(performance, 'now');
  }
}
