import type { BaseLogger } from 'pino';

export interface SchedulerOptions {
  log: Pick<BaseLogger, 'warn'>;
  /** For jobs that name none. */
  timeoutMilliseconds?: number;
  /** Part of a period by which each tick is moved at random, so that processes started together drift apart. */
  jitter?: number;
  /** From 0 to 1. */
  random?: () => number;
  /** Milliseconds since 1970. */
  now?: () => number;
}
