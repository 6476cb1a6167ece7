/** When a failed delivery is tried again, and when it is given up. */
export interface RetrySchedule {
  /** With the first one. After the last the event goes to the dead letters. */
  readonly maxAttempts: number;
  readonly firstDelayMilliseconds: number;
  /** The delay doubles with every failure up to this. */
  readonly maxDelayMilliseconds: number;
}

/**
 * @param attempts made so far, at least 1
 * @param random from 0 to 1
 * @returns milliseconds until the next attempt, or null to give up. Half of the delay is random, so that deliveries
 * that failed together don't come back together.
 */
export function retryDelay(schedule: RetrySchedule, attempts: number, random: number): number | null {
  if (attempts >= schedule.maxAttempts) return null;
  const doubled = schedule.firstDelayMilliseconds * 2 ** Math.min(attempts - 1, 40);
  const delay = Math.min(doubled, schedule.maxDelayMilliseconds);
  return Math.round(delay / 2 + (delay / 2) * random);
}
