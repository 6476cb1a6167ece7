import type { Sql } from './database.ts';

const LOOK_EVERY_MILLISECONDS = 10_000;
/** An answer that took longer says too little of what time it is. */
const LONGEST_LOOK_MILLISECONDS = 1_000;
const NOW = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS milliseconds';

/**
 * The time of day as the database has it: all processes agree on it, whatever becomes of their machines' clocks. Between
 * looks it goes on by the clock of this process that nobody sets.
 */
export class StoreClock {
  /** Of the time of day over the clock that nobody sets; the machine's own until the database has been asked. */
  #ahead = Date.now() - performance.now();
  #timer: NodeJS.Timeout | undefined;

  readonly milliseconds = (): number => performance.now() + this.#ahead;
  readonly seconds = (): number => this.milliseconds() / 1_000;

  /** @throws StoreUnavailable */
  async look(sql: Sql): Promise<void> {
    const began = performance.now();
    const [row] = await sql.query<{ milliseconds: number }>(NOW);
    const ended = performance.now();
    if (row && ended - began <= LONGEST_LOOK_MILLISECONDS) this.#ahead = row.milliseconds - (began + ended) / 2;
  }

  /** Goes on looking until it is stopped. Idempotent. */
  start(sql: Sql): void {
    this.stop();
    // What was known is good until the database answers again.
    const again = () => void this.look(sql).catch(() => {});
    this.#timer = setInterval(again, LOOK_EVERY_MILLISECONDS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
