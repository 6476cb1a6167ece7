import type { BaseLogger } from 'pino';

/** A promise of a place at the front of the line, not yet kept. */
export interface Pass {
  incidentId: number;
  userId: string;
  queueId: string | null;
}

export interface PassesParts {
  /** Promises that are not kept yet, at most `most`. @throws StoreUnavailable */
  open: (most: number) => Promise<Pass[]>;
  used: (incidentId: number, userIds: readonly string[]) => Promise<void>;
  /** True when the user waits, and is now before everybody who was not promised the same. */
  prioritise: (userId: string, queueId: string) => Promise<boolean>;
  log: Pick<BaseLogger, 'warn'>;
}

const MOST_PASSES = 10_000;

/**
 * Keeps promises of priority: at once for who waits, and for the others when they enter the line again. The promises
 * are known in memory, so that entering costs nothing more than a look.
 */
export class Passes {
  readonly #parts: PassesParts;
  #open = new Map<string, Pass>();

  constructor(parts: PassesParts) {
    this.#parts = parts;
  }

  /** Learns of promises, given by other processes too, and keeps those of who waits. A job for the scheduler. */
  async refresh(): Promise<void> {
    const found = await this.#parts.open(MOST_PASSES);
    const known = this.#open;
    this.#open = new Map(found.map((pass) => [keyOf(pass), pass]));
    await this.use(found.filter((pass) => !known.has(keyOf(pass))));
  }

  /** Somebody took a place in the line. Costs a look when nothing was promised. */
  entered(userId: string, queueId: string): void {
    if (this.#open.size === 0) return;
    const pass = this.#open.get(keyOf({ userId, queueId }));
    if (pass) this.use([pass]).catch((error) => this.#parts.log.warn({ err: error }, 'a promised place comes later'));
  }

  /** Keeps those of these promises whose users wait. @throws StoreUnavailable */
  async use(passes: readonly Pass[]): Promise<void> {
    for (const pass of passes) {
      if (pass.queueId === null) continue;
      this.#open.set(keyOf(pass), pass);
      if (!(await this.#parts.prioritise(pass.userId, pass.queueId))) continue;
      await this.#parts.used(pass.incidentId, [pass.userId]);
      this.#open.delete(keyOf(pass));
    }
  }
}

const keyOf = ({ userId, queueId }: Pick<Pass, 'userId' | 'queueId'>) => `${queueId}\n${userId}`;
