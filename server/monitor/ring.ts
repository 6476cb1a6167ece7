/** The last items, oldest first; an old one goes for each new one when it is full. */
export class Ring<T> {
  readonly #size: number;
  readonly #items: T[] = [];
  /** Where the oldest is, once it is full. */
  #start = 0;

  constructor(size: number) {
    this.#size = size;
  }

  push(item: T): void {
    if (this.#items.length < this.#size) this.#items.push(item);
    else {
      this.#items[this.#start] = item;
      this.#start = (this.#start + 1) % this.#size;
    }
  }

  get length(): number {
    return this.#items.length;
  }

  /** The newest `most`, oldest first. */
  last(most: number): T[] {
    const count = Math.min(most, this.#items.length);
    return Array.from({ length: count }, (_, i) => this.#at(this.#items.length - count + i));
  }

  latest(): T | undefined {
    return this.#items.length === 0 ? undefined : this.#at(this.#items.length - 1);
  }

  clear(): void {
    this.#items.length = 0;
    this.#start = 0;
  }

  #at(index: number): T {
    return this.#items[(this.#start + index) % this.#items.length] as T;
  }
}
