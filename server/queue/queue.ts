import { Failure } from '../lib/failure.ts';
import { type Draw, newSeed } from './draw/draw.ts';
import { Translator } from './draw/drawn-tickets.ts';
import { admissionsPerMinute, pollAfterSeconds, waitSeconds } from './estimate.ts';
import { PerQueue } from './per-queue.ts';
import type { QueueSignals } from './signals.ts';
import type {
  Change,
  EnterRequest,
  LeaveRequest,
  Place,
  QueueSettings,
  QueueStats,
  QueueStore,
  StatusRequest,
} from './store.ts';
import type { PlaceView, QueueAdminView, QueueView } from './views.ts';
import type { Listener } from './watched-queue.ts';
import { Watchers } from './watchers.ts';

/** Figures for estimates may be this old; positions and slots never are. */
const STATS_FRESH_MILLISECONDS = 1_000;
const LIMITS = { maxBatchItems: 256, maxCallsInFlight: 1, maxWaitingItems: 20_000 };
/** While a whole batch of buyers waits for a store that does one call after the other anyway. */
const LOOK_UPS_AHEAD = 2;
/** A crowd that enters at once is what a line is for: it is let wait. */
const LONGEST_WAIT_TO_ENTER_MILLISECONDS = 3_000;
const LONGEST_WAIT_TO_ASK_MILLISECONDS = 1_000;
const overloaded = () =>
  new Failure('OVERLOADED', 'Too many requests are waiting. Try again shortly.', { 'retry-after': '1' });

/** The rules of the line over any store. Requests that arrive together share one call to the store. */
export class Queue {
  readonly #store: QueueStore;
  readonly #entering: PerQueue<EnterRequest, Place>;
  readonly #asking: PerQueue<StatusRequest, Place | null>;
  /** Whether buyers are inside: they don't wait behind all who ask where they are. */
  readonly #admitting: PerQueue<StatusRequest, Place | null>;
  readonly #leaving: PerQueue<LeaveRequest, boolean>;
  readonly #draws: PerQueue<{ queueId: string }, Draw[]>;
  readonly #translator: Translator;
  readonly #stats = new Map<string, { at: number; stats: Promise<QueueStats | null> }>();
  readonly #signals: QueueSignals | null;
  readonly #watchers: Watchers;
  readonly #nowMilliseconds: () => number;
  #admitsAtTheDoor = true;

  /**
   * @param signals what moves a queue elsewhere; without, listeners hear at the next {@link Queue.tick}
   * @param nowMilliseconds what time it is while the line can't be asked
   */
  constructor(store: QueueStore, signals: QueueSignals | null = null, nowMilliseconds = Date.now) {
    this.#store = store;
    this.#signals = signals;
    this.#nowMilliseconds = nowMilliseconds;
    const limits = { ...LIMITS, overloaded };
    const within = (longestWaitMilliseconds: number) => ({ ...limits, longestWaitMilliseconds });
    this.#entering = new PerQueue(within(LONGEST_WAIT_TO_ENTER_MILLISECONDS), (requests) =>
      store.enter(requests, this.#admitsAtTheDoor),
    );
    this.#asking = new PerQueue(within(LONGEST_WAIT_TO_ASK_MILLISECONDS), (requests) => store.status(requests, true));
    const ahead = { ...limits, callsAhead: store.inTurn ? LOOK_UPS_AHEAD : 0 };
    this.#admitting = new PerQueue(ahead, (requests) => store.status(requests, true));
    this.#leaving = new PerQueue(limits, (requests) => store.leave(requests));
    const drawsOf = async (asked: readonly { queueId: string }[]) => {
      const draws = await store.draws(asked[0]?.queueId as string);
      return asked.map(() => draws);
    };
    this.#draws = new PerQueue(limits, drawsOf);
    this.#translator = new Translator(this.#draws);
    this.#watchers = new Watchers((requests) => this.#viewsOf(requests), signals);
  }

  /** Takes a place, or tells the one the user has. @throws StoreUnavailable, Failure OVERLOADED */
  async enter(userId: string, queueId: string): Promise<PlaceView> {
    const place = await this.#entering.add({ userId, queueId });
    return view(place, await this.#recentStats(queueId));
  }

  /**
   * Null for who has no place, or, when a ticket is given, no longer that one. A ticket must be proven (signed): the store
   * gives a place back for it that it has lost.
   */
  async status(userId: string, queueId: string, ticket?: number): Promise<PlaceView | null> {
    const place = await this.#placeOf(userId, queueId, ticket);
    return place && view(place, await this.#recentStats(queueId));
  }

  /** Gives the place up; the next in line has the slot when this returns. False when there was no such place. */
  async leave(userId: string, queueId: string, ticket?: number): Promise<boolean> {
    let left = await this.#leaving.add({ userId, queueId, ...(ticket !== undefined && { ticket }) });
    if (!left && ticket !== undefined) {
      const drawn = await this.#translator.drawnFor(queueId, ticket);
      if (drawn !== null) left = await this.#leaving.add({ userId, queueId, ticket: drawn });
    }
    if (left) this.#watchers.nudge(queueId);
    return left;
  }

  /**
   * End of the user's slot when they may reserve now, with that ticket if one is given; else null. Counts as showing up.
   * @param provenUntil the end that a signed pass says: believed while the line can't be asked, so that whoever is inside
   * can go on reserving
   */
  async admittedUntil(userId: string, queueId: string, ticket?: number, provenUntil?: Date): Promise<Date | null> {
    let found: Place | null;
    try {
      found = await this.#admitting.add({ userId, queueId, ...(ticket !== undefined && { ticket }) });
    } catch (error) {
      // A refusal is this process's own, made before the line was asked.
      const lost = !(error instanceof Failure);
      // One that is over says nothing of whether they are inside again since.
      if (lost && provenUntil && provenUntil.getTime() > this.#nowMilliseconds()) return provenUntil;
      throw error;
    }
    // The line has been asked: whatever can't be asked from here on, the pass is not believed for it.
    const place = await this.#ofTicket(found, userId, queueId, ticket);
    return place?.status === 'ACTIVE' ? place.expiresAt : null;
  }

  /** A purchase was confirmed: a queue with `releaseOnConfirm` gives the slot on at once. */
  async confirmed(userId: string, queueId: string): Promise<void> {
    const stats = await this.#recentStats(queueId);
    if (!stats?.releaseOnConfirm) return;
    // Who pays a hold of an earlier slot may be waiting again by now, and keeps that place.
    const place = await this.#asking.add({ userId, queueId });
    if (place?.status === 'ACTIVE') await this.leave(userId, queueId, place.ticket);
  }

  /** The public page of a queue, the same for everybody; null when nobody ever entered or configured it. */
  async overview(queueId: string): Promise<QueueView | null> {
    const stats = await this.#recentStats(queueId);
    if (!stats) return null;
    return {
      queueId,
      cap: stats.cap,
      active: stats.active,
      waiting: stats.waiting,
      servingTicket: stats.servingTicket,
      admittedPerMinute: Math.round(admissionsPerMinute(stats)),
      estimatedWaitSeconds: stats.active < stats.cap && stats.waiting === 0 ? 0 : waitSeconds(stats, stats.waiting + 1),
      state: stats.state,
    };
  }

  async settings(queueId: string): Promise<QueueAdminView | null> {
    const [stats] = await this.#store.stats([queueId]);
    return stats ? adminView(stats) : null;
  }

  /**
   * Changes settings, creating the queue when it is new. Lowering the cap drains, it never evicts.
   * With `shuffle`, places that are taken until the queue opens are drawn then: see docs/decisions/0020.
   */
  async configure(
    queueId: string,
    { shuffle, ...patch }: Partial<Omit<QueueSettings, 'queueId'>> & { shuffle?: boolean },
  ): Promise<QueueAdminView> {
    if (shuffle && patch.state !== 'PRE_QUEUE') {
      throw new Failure('VALIDATION_FAILED', 'A draw begins with a pre-queue: send "state": "PRE_QUEUE" with it.', {}, [
        { path: '/shuffle', message: 'needs "state": "PRE_QUEUE"' },
      ]);
    }
    await this.#store.configure(queueId, patch, shuffle ? newSeed() : undefined);
    this.#stats.delete(queueId);
    this.#watchers.nudge(queueId);
    return (await this.settings(queueId)) as QueueAdminView;
  }

  /** False sends whoever enters straight to the line, and free slots wait for the next tick: for storms. */
  admitAtTheDoor(yes: boolean): void {
    this.#admitsAtTheDoor = yes;
  }

  /** Lets somebody who waits go before everybody who was not promised the same. False when they do not wait. */
  async prioritise(userId: string, queueId: string): Promise<boolean> {
    const [waits = false] = await this.#store.prioritise([{ userId, queueId }]);
    if (waits) this.#watchers.nudge(queueId);
    return waits;
  }

  /** Whose slot ended at or after a moment, as far as it is remembered. */
  ended(queueId: string, since: Date): Promise<{ userId: string; at: Date }[]> {
    return this.#store.ended(queueId, since);
  }

  /** One tick over every queue: ends slots, admits, sweeps, and tells who is listening. */
  async tick(): Promise<Change[]> {
    const changes = await this.#store.admit();
    if (!this.#signals) this.#watchers.nudge();
    for (const queueId of new Set(changes.map((change) => change.queueId))) this.#watchers.nudge(queueId);
    return changes;
  }

  /** Tells a listener of its place until it is over or the returned function is called. */
  watch(userId: string, queueId: string, ticket: number, listener: Listener): () => void {
    return this.#watchers.add({ userId, queueId, ticket, listener });
  }

  /** How many listen to their place in this process. */
  get listeners(): number {
    return this.#watchers.size;
  }

  /** Figures of one queue for the monitor, at most a second old. */
  figures(queueId: string): Promise<QueueStats | null> {
    return this.#recentStats(queueId);
  }

  /** Draws of a queue, newest first. @throws StoreUnavailable, Failure OVERLOADED */
  draws(queueId: string): Promise<Draw[]> {
    return this.#draws.add({ queueId });
  }

  async #viewsOf(requests: readonly StatusRequest[]): Promise<(PlaceView | null)[]> {
    const found = await this.#store.status(requests, true);
    return Promise.all(
      requests.map(async ({ userId, queueId, ticket }, i) => {
        const place = await this.#ofTicket(found[i] ?? null, userId, queueId, ticket);
        return place && view(place, await this.#recentStats(queueId));
      }),
    );
  }

  /** The place that a ticket is for, or was before it was drawn; without one, whichever the user has. */
  async #placeOf(userId: string, queueId: string, ticket: number | undefined): Promise<Place | null> {
    const place = await this.#asking.add({ userId, queueId, ...(ticket !== undefined && { ticket }) });
    return this.#ofTicket(place, userId, queueId, ticket);
  }

  async #ofTicket(found: Place | null, userId: string, queueId: string, ticket?: number): Promise<Place | null> {
    if (ticket === undefined || found?.ticket === ticket) return found;
    const drawn = await this.#translator.drawnFor(queueId, ticket);
    if (drawn === null || found?.ticket === drawn) return drawn === null ? null : found;
    // A store that has lost the place gives it back for the drawn ticket only.
    const place = await this.#asking.add({ userId, queueId, ticket: drawn });
    return place?.ticket === drawn ? place : null;
  }

  #recentStats(queueId: string): Promise<QueueStats | null> {
    const known = this.#stats.get(queueId);
    if (known && performance.now() - known.at < STATS_FRESH_MILLISECONDS) return known.stats;
    const stats = this.#store.stats([queueId]).then(([found]) => found ?? null);
    const entry = { at: performance.now(), stats };
    this.#stats.set(queueId, entry);
    // A queue that doesn't exist, a store that failed, and what is no longer fresh are not worth remembering.
    const forget = () => this.#stats.get(queueId) === entry && this.#stats.delete(queueId);
    stats.then((found) => (found ? setTimeout(forget, STATS_FRESH_MILLISECONDS).unref() : forget()), forget);
    return stats;
  }
}

function view(place: Place, stats: QueueStats | null): PlaceView {
  const etaSeconds = stats ? waitSeconds(stats, place.position) : 0;
  return {
    userId: place.userId,
    queueId: place.queueId,
    status: place.status,
    position: place.position,
    ticket: place.ticket,
    etaSeconds,
    expiresAt: place.expiresAt?.toISOString() ?? null,
    pollAfterSeconds: pollAfterSeconds(place.status, etaSeconds),
  };
}

const adminView = ({ servingTicket: _, admittedLastMinute: __, ...rest }: QueueStats): QueueAdminView => rest;
