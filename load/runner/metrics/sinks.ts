// What is kept of a metric's samples, one class a metric type.
export type MetricType = 'counter' | 'gauge' | 'rate' | 'trend';

/** Named aggregates, as k6 names them: `count`, `rate`, `value`, `avg`, `p(95)`, … */
export type Aggregates = Record<string, number>;

export interface Sink {
  readonly count: number;
  add(value: number): void;
  /** One aggregate; `seconds` is how long the test has run, for rates per second. */
  aggregate(name: string, seconds: number): number;
  /** What the summary shows; `trendStats` chooses among a trend's aggregates. */
  values(seconds: number, trendStats: readonly string[]): Aggregates;
  /** Everything so far as numbers, for another sink of the same type; this one is empty afterwards. */
  take(): Float64Array;
  merge(taken: Float64Array): void;
}

const perSecond = (value: number, seconds: number) => (seconds > 0 ? value / seconds : 0);

export class CounterSink implements Sink {
  count = 0;
  #sum = 0;
  add(value: number): void {
    this.count++;
    this.#sum += value;
  }
  aggregate(name: string, seconds: number): number {
    return name === 'rate' ? perSecond(this.#sum, seconds) : this.#sum;
  }
  values(seconds: number): Aggregates {
    return { count: this.#sum, rate: perSecond(this.#sum, seconds) };
  }
  take(): Float64Array {
    const taken = Float64Array.of(this.count, this.#sum);
    this.count = this.#sum = 0;
    return taken;
  }
  merge([count = 0, sum = 0]: Float64Array): void {
    this.count += count;
    this.#sum += sum;
  }
}

export class GaugeSink implements Sink {
  count = 0;
  #value = 0;
  #min = 0;
  #max = 0;
  add(value: number): void {
    this.#value = value;
    this.#min = this.count === 0 ? value : Math.min(this.#min, value);
    this.#max = this.count === 0 ? value : Math.max(this.#max, value);
    this.count++;
  }
  aggregate(): number {
    return this.#value;
  }
  values(): Aggregates {
    return { value: this.#value, min: this.#min, max: this.#max };
  }
  take(): Float64Array {
    const taken = Float64Array.of(this.count, this.#value, this.#min, this.#max);
    this.count = 0;
    return taken;
  }
  merge([count = 0, value = 0, min = 0, max = 0]: Float64Array): void {
    if (count === 0) return;
    this.#value = value;
    this.#min = this.count === 0 ? min : Math.min(this.#min, min);
    this.#max = this.count === 0 ? max : Math.max(this.#max, max);
    this.count += count;
  }
}

export class RateSink implements Sink {
  count = 0;
  #passes = 0;
  add(value: number): void {
    this.count++;
    if (value !== 0) this.#passes++;
  }
  aggregate(): number {
    return this.count === 0 ? 0 : this.#passes / this.count;
  }
  values(): Aggregates {
    return { rate: this.aggregate(), passes: this.#passes, fails: this.count - this.#passes };
  }
  take(): Float64Array {
    const taken = Float64Array.of(this.count, this.#passes);
    this.count = this.#passes = 0;
    return taken;
  }
  merge([count = 0, passes = 0]: Float64Array): void {
    this.count += count;
    this.#passes += passes;
  }
}

/** Keeps every sample, so that percentiles are exact: 8 bytes each, 5 MB a minute for a metric at 10,000 samples/s. */
export class TrendSink implements Sink {
  count = 0;
  #samples = new Float64Array(256);
  #sorted = true;
  #sum = 0;
  add(value: number): void {
    if (this.count === this.#samples.length) this.#makeRoom(1);
    this.#samples[this.count++] = value;
    this.#sum += value;
    this.#sorted = false;
  }
  aggregate(name: string): number {
    if (name === 'count') return this.count;
    if (this.count === 0) return 0;
    if (name === 'avg') return this.#sum / this.count;
    const fraction = trendFractions[name] ?? Number(/^p\((.*)\)$/.exec(name)?.[1]) / 100;
    return this.#quantile(fraction);
  }
  values(_seconds: number, trendStats: readonly string[]): Aggregates {
    return Object.fromEntries(trendStats.map((name) => [name, this.aggregate(name)]));
  }
  take(): Float64Array {
    const taken = this.#samples.slice(0, this.count);
    this.count = 0;
    this.#sum = 0;
    return taken;
  }
  merge(taken: Float64Array): void {
    this.#makeRoom(taken.length);
    this.#samples.set(taken, this.count);
    this.count += taken.length;
    for (const value of taken) this.#sum += value;
    this.#sorted = false;
  }
  #makeRoom(more: number): void {
    if (this.count + more <= this.#samples.length) return;
    const larger = new Float64Array(Math.max(this.#samples.length * 2, this.count + more));
    larger.set(this.#samples);
    this.#samples = larger;
  }
  /** Between two samples: on the straight line between them. */
  #quantile(fraction: number): number {
    if (!this.#sorted) {
      this.#samples.subarray(0, this.count).sort();
      this.#sorted = true;
    }
    const place = fraction * (this.count - 1);
    const below = this.#samples[Math.floor(place)] ?? 0;
    const above = this.#samples[Math.ceil(place)] ?? 0;
    return below + (above - below) * (place - Math.floor(place));
  }
}

const trendFractions: Readonly<Record<string, number>> = { min: 0, med: 0.5, max: 1 };

export const isTrendStat = (name: string): boolean =>
  name === 'avg' || name === 'count' || name in trendFractions || /^p\((\d+(\.\d+)?)\)$/.test(name);

export function createSink(type: MetricType): Sink {
  if (type === 'counter') return new CounterSink();
  if (type === 'gauge') return new GaugeSink();
  return type === 'rate' ? new RateSink() : new TrendSink();
}
