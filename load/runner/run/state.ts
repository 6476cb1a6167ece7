// What the virtual users of one run share.
import type { RunFailure } from '../exit-codes.ts';
import { rootGroup } from '../metrics/groups.ts';
import { MetricRegistry } from '../metrics/registry.ts';
import type { RawOptions } from '../options/layers.ts';
import type { Sources } from '../script/sources.ts';
import type { Log } from './log.ts';
import { ownCpuMs } from './runner-use.ts';
import type { ClientSeries } from './series.ts';
import { type Settings, settingsOf } from './settings.ts';

export class RunState {
  readonly log: Log;
  readonly sources: Sources;
  /** `__ENV` of every virtual user, before a scenario adds its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly metrics = new MetricRegistry();
  readonly groups = rootGroup();
  readonly sharedArrays = new Map<string, readonly string[]>();
  readonly checkNames = new NumberedNames();
  settings: Settings = settingsOf({});
  /** What k6/execution shows as test.options. */
  rawOptions: RawOptions = {};

  iterationsCompleted = 0;
  iterationsInterrupted = 0;
  iterationsDropped = 0;
  vusActive = 0;
  vusInitialized = 0;
  /** Set by k6/execution's test.fail(). */
  markedAsFailed = false;
  /** Kept only when somebody watches. */
  series: ClientSeries | undefined;
  /** Processor time of the other processes of the run. */
  cpuMsElsewhere = 0;
  #startedAt = performance.now();
  #cpuAtStart = 0;
  #stopReason: RunFailure | undefined;
  #onStop: (() => void)[] = [];

  constructor(log: Log, sources: Sources, env: Readonly<Record<string, string>>) {
    this.log = log;
    this.sources = sources;
    this.env = env;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#cpuAtStart = ownCpuMs();
  }
  /** Milliseconds since 1970. */
  get startedAt(): number {
    return performance.timeOrigin + this.#startedAt;
  }
  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Processor time of this process since the start. */
  get cpuMs(): number {
    return ownCpuMs() - this.#cpuAtStart;
  }

  /** Ends the run early; only the first reason counts. */
  stop(reason: RunFailure): void {
    if (this.#stopReason) return;
    this.#stopReason = reason;
    for (const listener of this.#onStop.splice(0)) listener();
  }
  get stopReason(): RunFailure | undefined {
    return this.#stopReason;
  }
  onStop(listener: () => void): void {
    if (this.#stopReason) listener();
    else this.#onStop.push(listener);
  }
}

/** Names as small numbers, the same for every virtual user. */
class NumberedNames {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
  name(number: number): string {
    return this.#names[number] ?? '';
  }
}
