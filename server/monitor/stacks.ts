/** Errors that nobody foresaw, grouped by where they were thrown. */
export interface StackGroup {
  /** The error's type and the first line of its stack that is ours. */
  where: string;
  message: string;
  count: number;
  lastAt: Date;
}

const MOST_GROUPS = 100;
const FORGET_AFTER_MILLISECONDS = 900_000;
const OURS = /\b(server|contract)\/[^\s)]+/;

export class StackGroups {
  readonly #groups = new Map<string, StackGroup>();

  seen(error: unknown, now = new Date()): void {
    const { name = 'Error', message = String(error), stack = '' } = error instanceof Error ? error : {};
    const frames = stack.split('\n').slice(1);
    const frame = frames.map((line) => OURS.exec(line)?.[0]).find((found) => found !== undefined);
    const where = `${name} at ${frame ?? frames[0]?.trim() ?? 'an unknown place'}`;
    const group = this.#groups.get(where) ?? { where, message, count: 0, lastAt: now };
    group.count++;
    group.lastAt = now;
    // Set anew, so that the group heard of longest ago comes first.
    this.#groups.delete(where);
    this.#groups.set(where, group);
    for (const oldest of this.#groups.keys()) {
      if (this.#groups.size <= MOST_GROUPS) break;
      this.#groups.delete(oldest);
    }
  }

  /** Of the last quarter of an hour, most frequent first. */
  recent(now = new Date()): StackGroup[] {
    return [...this.#groups.values()]
      .filter(({ lastAt }) => now.getTime() - lastAt.getTime() < FORGET_AFTER_MILLISECONDS)
      .sort((a, b) => b.count - a.count);
  }
}
