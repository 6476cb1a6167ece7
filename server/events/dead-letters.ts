/** An event that a consumer gave up on. */
export interface DeadLetter {
  id: number;
  consumer: string;
  eventId: number;
  topic: string;
  key: string;
  type: string;
  payload: unknown;
  /** Why the last attempt failed. */
  error: string;
  attempts: number;
  failedAt: Date;
  /** Null until somebody replays it. A replay that fails again becomes a new dead letter. */
  replayedAt: Date | null;
}

export interface ReplayRequest {
  /** Which; all that wait when absent. */
  ids?: readonly number[] | undefined;
  /** Only tell what would be replayed. */
  dryRun?: boolean | undefined;
}

export interface ReplayOutcome {
  dryRun: boolean;
  count: number;
  items: DeadLetter[];
}

export interface DeadLetterStore {
  /** Those that wait first, then the newest; at most `most`. */
  list(most: number): Promise<DeadLetter[]>;
  /** Those that have not been replayed, oldest first; `ids` null is all. */
  waiting(ids: readonly number[] | null, most: number): Promise<DeadLetter[]>;
  /** Marks them replayed and delivers them again, in one transaction. Each only once, however many ask. */
  replay(ids: readonly number[] | null, most: number): Promise<DeadLetter[]>;
}

/** Enough to read, and few enough to answer with at once. */
const MOST_ITEMS = 10_000;

/** What failed and why, and a second chance for it. The inbox makes sure that a replayed event is applied once. */
export class DeadLetters {
  readonly #store: DeadLetterStore;
  readonly #replayed: () => void;

  /** @param replayed called when deliveries are due again: the bus's `nudge` */
  constructor(store: DeadLetterStore, replayed: () => void) {
    this.#store = store;
    this.#replayed = replayed;
  }

  list(): Promise<DeadLetter[]> {
    return this.#store.list(MOST_ITEMS);
  }

  /** Ids that don't exist or were replayed already are passed over. At most 10,000 a call, oldest first. */
  async replay(request: ReplayRequest): Promise<ReplayOutcome> {
    const ids = request.ids ?? null;
    const dryRun = request.dryRun ?? false;
    if (dryRun) {
      const items = await this.#store.waiting(ids, MOST_ITEMS);
      return { dryRun, count: items.length, items };
    }
    const items = await this.#store.replay(ids, MOST_ITEMS);
    if (items.length > 0) this.#replayed();
    return { dryRun, count: items.length, items };
  }
}
