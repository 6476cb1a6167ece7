// One process's part of a run that several share. The parts of all processes together are exactly the whole: every
// number is dealt out in turn, as cards are.
export class Share {
  static readonly whole = new Share(0, 1);
  /** 0 and up. */
  readonly index: number;
  readonly count: number;

  constructor(index: number, count: number) {
    this.index = index;
    this.count = count;
  }

  /** How many of `total` things are dealt to this process. */
  of(total: number): number {
    return Math.max(0, Math.floor((total + this.count - 1 - this.index) / this.count));
  }

  /** Whether the thing with this number, from 0, is. */
  has(number: number): boolean {
    return number % this.count === this.index;
  }

  /** The number among all of what is this process's own number `own`, both from 0. */
  numberOf(own: number): number {
    return own * this.count + this.index;
  }

  /** Among no more processes than there are things to deal; undefined for one that gets none. */
  among(total: number): Share | undefined {
    return this.index < total ? new Share(this.index, Math.min(this.count, total)) : undefined;
  }
}
