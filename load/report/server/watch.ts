// Looks each second at every process that is known, and at this machine. The figures stay as they came until the end.
import { availableParallelism, cpus } from 'node:os';
import type { Figures } from '../../../web/ops/metrics/parse.ts';
import type { Machine, ServerSide } from '../record.ts';
import { type Look, lookOf, type ServerSecond, secondsBetween } from './second.ts';
import type { Target } from './target.ts';

const EVERY_MILLISECONDS = 1_000;

export class Watch {
  readonly #targets: readonly Target[];
  readonly #looks: Look[] = [];
  readonly #busy: { at: number; share: number }[] = [];
  #processors = processorTimes();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(targets: readonly Target[]) {
    this.#targets = targets;
  }

  /** The first look is what the first second is measured against. */
  async start(): Promise<void> {
    await this.#look();
    this.#timer = setInterval(() => this.#due(), EVERY_MILLISECONDS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#look();
  }

  processes(): string[] {
    const names = this.#looks.flatMap(({ processes }) => processes.map(({ name }) => name));
    return [...new Set(names)].filter((name) => name !== '');
  }

  /** @param startedAt of the run, in milliseconds since 1970 */
  seconds(startedAt: number, endedAt: number): ServerSecond[] {
    return this.#looks
      .flatMap((look, i) => secondsBetween(this.#looks[i - 1] ?? look, look, startedAt))
      .filter(({ second }) => second >= 0 && startedAt + second * 1_000 < endedAt);
  }

  busy(startedAt: number, endedAt: number): Machine['busy'] {
    const during = this.#busy.filter(({ at }) => at - EVERY_MILLISECONDS / 2 >= startedAt && at <= endedAt + 500);
    return during.map(({ at, share }) => ({
      second: Math.floor((at - EVERY_MILLISECONDS / 2 - startedAt) / 1_000),
      share,
    }));
  }

  silence(): ServerSide['silence'] {
    return this.#looks.length > 0 ? null : (this.#targets[0]?.silence ?? 'NO_METRICS');
  }

  #due(): void {
    this.#lookAtMachine();
    // A look that takes longer than a second leaves a gap: it is not asked again meanwhile.
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
  }

  async #look(): Promise<void> {
    const seen = await Promise.all(this.#targets.map((target) => target.metrics()));
    // Half the processes would look like half the traffic.
    if (!seen.every((figures) => figures !== null)) return;
    const look = lookOf(seen as Figures[], Date.now());
    if (look) this.#looks.push(look);
  }

  #lookAtMachine(): void {
    const now = processorTimes();
    const all = now.all - this.#processors.all;
    if (all > 0) this.#busy.push({ at: Date.now(), share: 1 - (now.idle - this.#processors.idle) / all });
    this.#processors = now;
  }
}

export const processorCount = availableParallelism;

function processorTimes(): { idle: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (of: (one: (typeof times)[number]) => number) => times.reduce((total, one) => total + of(one), 0);
  return {
    idle: sum(({ idle }) => idle),
    all: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq),
  };
}
