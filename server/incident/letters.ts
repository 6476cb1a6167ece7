import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import { entry } from './respond/response.ts';
import type { IncidentArchive, IncidentStore } from './store.ts';

/** What became of replayed events. */
export interface ReplayOutcomes {
  applied: number;
  failed: number;
}

export interface LetterWatchParts {
  archive: Pick<IncidentArchive, 'list'>;
  store: Pick<IncidentStore, 'note'>;
  /** Dead letters that nobody has replayed. */
  waiting: () => Promise<number>;
  outcomes: (replayed: readonly Replayed[], since: Date) => Promise<ReplayOutcomes>;
  log: Pick<BaseLogger, 'warn'>;
  settleMilliseconds?: number;
}

export interface Replayed {
  consumer: string;
  eventId: number;
  /** By the store's clock. */
  replayedAt: Date | null;
}

/** A replay belongs to the last incident that has to do with consumers, if that is not too long ago. */
const RECENT_MILLISECONDS = 7 * 86_400_000;
const MOST_LOOKED_AT = 20;
/** So long the events have to be applied, before they are counted. */
const SETTLE_MILLISECONDS = 5_000;

/** Writes replays of dead letters on the timeline of the incident they belong to: before, after, and what came of it. */
export class LetterWatch {
  readonly #parts: LetterWatchParts;

  constructor(parts: LetterWatchParts) {
    this.#parts = parts;
  }

  /** Does the replay. */
  async around<T extends Replayed>(replay: () => Promise<T[]>): Promise<T[]> {
    const incidentId = await this.#incident().catch(() => null);
    if (incidentId === null) return replay();
    const before = await this.#parts.waiting().catch(() => null);
    const replayed = await replay();
    if (replayed.length > 0) {
      this.#tell(incidentId, replayed, before).catch((error) =>
        this.#parts.log.warn({ err: error }, 'a replay is not on the timeline of its incident'),
      );
    }
    return replayed;
  }

  async #tell(incidentId: number, replayed: readonly Replayed[], before: number | null): Promise<void> {
    const { store, waiting, outcomes, settleMilliseconds = SETTLE_MILLISECONDS } = this.#parts;
    const count = replayed.length;
    const said = { ...entry('letters', 'REPLAYED', { count, before, after: await waiting() }), once: false };
    await store.note(incidentId, [said]);
    await sleep(settleMilliseconds, undefined, { ref: false });
    const since = replayed[0]?.replayedAt ?? new Date();
    const { applied, failed } = await outcomes(replayed, since);
    const underWay = Math.max(0, count - applied - failed);
    await store.note(incidentId, [{ ...entry('letters', 'RECONCILED', { applied, failed, underWay }), once: false }]);
  }

  async #incident(): Promise<number | null> {
    const recent = await this.#parts.archive.list(MOST_LOOKED_AT);
    const found = recent.find(
      ({ kinds, openedAt }) =>
        (kinds.includes('CONSUMER_FAILING') || kinds.includes('EVENTS_STALLED')) &&
        Date.now() - openedAt.getTime() < RECENT_MILLISECONDS,
    );
    return found?.id ?? null;
  }
}
