import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFigures } from './sample.ts';

const MICROSECONDS = 1_000_000;
const NANOSECONDS_A_MILLISECOND = 1e6;
const RESOLUTION_MILLISECONDS = 10;

/** Watches this process: CPU, memory, and how late its event loop is. */
export class ProcessGauge {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  #cpu = process.cpuUsage();
  #at = performance.now();

  start(): void {
    this.#delay.enable();
  }

  stop(): void {
    this.#delay.disable();
  }

  /** Since the last time. */
  read(): ProcessFigures {
    const now = performance.now();
    const used = process.cpuUsage(this.#cpu);
    const seconds = Math.max(0.001, (now - this.#at) / 1_000);
    this.#cpu = process.cpuUsage();
    this.#at = now;
    const lag = this.#delay.percentile(99) / NANOSECONDS_A_MILLISECOND - RESOLUTION_MILLISECONDS;
    this.#delay.reset();
    return {
      cpu: (used.user + used.system) / MICROSECONDS / seconds,
      eventLoopLagMilliseconds: Number.isFinite(lag) ? Math.max(0, Math.round(lag * 10) / 10) : 0,
      memoryMegabytes: Math.round(process.memoryUsage.rss() / 1_048_576),
    };
  }
}
