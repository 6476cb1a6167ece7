import { readFile } from 'node:fs/promises';

/** Ticks of the kernel's clock in a second, as Linux shows them to programs on every architecture. */
const TICKS_A_SECOND = 100;
/** Looking at more would cost more than knowing is worth. */
const MOST_SESSIONS = 200;

/**
 * How busy the database's sessions keep the processor, when they run on this machine: PostgreSQL itself doesn't tell.
 */
export class SessionCpu {
  #ticks = new Map<number, number>();
  #at = performance.now();

  /** Share of one core since the last time; null where the sessions can't be looked into. */
  async read(pids: readonly number[]): Promise<number | null> {
    const now = performance.now();
    const seconds = Math.max(0.001, (now - this.#at) / 1_000);
    const found = await Promise.all(pids.slice(0, MOST_SESSIONS).map(ticksOf));
    const ticks = new Map<number, number>();
    let used = 0;
    for (const [i, pid] of pids.slice(0, MOST_SESSIONS).entries()) {
      const mine = found[i];
      if (mine === undefined || mine === null) continue;
      ticks.set(pid, mine);
      used += mine - (this.#ticks.get(pid) ?? mine);
    }
    this.#ticks = ticks;
    this.#at = now;
    return ticks.size === 0 ? null : Math.max(0, used) / TICKS_A_SECOND / seconds;
  }
}

/** User and system time; null when there is no such process here, or it is not PostgreSQL's. */
async function ticksOf(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat ?? '') ?? [];
  if (name !== 'postgres' || rest === undefined) return null;
  // Fields 14 and 15 of the whole line, counted from field 3.
  const fields = rest.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
