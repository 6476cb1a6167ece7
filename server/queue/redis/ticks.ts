import type { QueueLedger } from '../ledger.ts';
import type { Change } from '../store.ts';
import type { Draws } from './draws.ts';
import type { Lives } from './lives.ts';
import { toChange } from './replies.ts';
import type { Scripts } from './scripts.ts';
import { settled } from './settled.ts';

/** So long may a queue wait for its next tick when the process that served it has died. */
const MILLISECONDS_BETWEEN_ROUNDS = 4_000;
const MOST_AT_ONCE = 32;

/**
 * Ticks of the queues. A queue that was found empty is left out until somebody enters it here, and looked at again with
 * all others every few seconds: somebody may have entered it through a process that is no more.
 */
export class Ticks {
  readonly #lives: Lives;
  readonly #scripts: Scripts;
  readonly #ledger: QueueLedger;
  readonly #draws: Draws;
  readonly #empty = new Set<string>();
  #queues: string[] = [];
  #lastRoundAt = Number.NEGATIVE_INFINITY;

  constructor(lives: Lives, scripts: Scripts, ledger: QueueLedger, draws: Draws) {
    this.#lives = lives;
    this.#scripts = scripts;
    this.#ledger = ledger;
    this.#draws = draws;
  }

  someoneIn(queueId: string): void {
    this.#empty.delete(queueId);
  }

  /** One tick of these queues, or of all that may have anybody in them. */
  async run(queueIds?: readonly string[]): Promise<Change[]> {
    const changes: Change[] = [];
    const queues = queueIds ?? (await this.#busy());
    for (let from = 0; from < queues.length; from += MOST_AT_ONCE) {
      await settled(queues.slice(from, from + MOST_AT_ONCE).map((queueId) => this.#tick(queueId, changes)));
    }
    return changes;
  }

  async #busy(): Promise<string[]> {
    if (performance.now() - this.#lastRoundAt > MILLISECONDS_BETWEEN_ROUNDS) {
      this.#lastRoundAt = performance.now();
      this.#empty.clear();
      // Without the ledger, the queues that are known go on being served.
      this.#queues = await this.#ledger.list().catch(() => this.#queues);
    }
    const all = new Set([...this.#queues, ...this.#lives.known()]);
    return [...all].filter((queueId) => !this.#empty.has(queueId));
  }

  async #tick(queueId: string, changes: Change[]): Promise<void> {
    const reply = await this.#lives.run(this.#scripts.admit, queueId, []);
    const [busy = 0, drawFrom = 0, drawTo = -1, ...changed] = (reply ?? []) as [number, number, number, ...unknown[]];
    changes.push(...(changed as unknown[][]).map((change) => toChange(queueId, change)));
    if (drawTo >= 0) await this.#draws.finish(queueId, drawFrom, drawTo);
    else if (busy === 0) this.#empty.add(queueId);
    // A note that is missed now comes with a later tick.
    await this.#lives.note(queueId).catch(() => {});
  }
}
