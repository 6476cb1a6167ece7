// The line's port in memory, as server/queue/sql decides: one queue, a clock that is given.
import type {
  Change,
  EnterRequest,
  LeaveRequest,
  Place,
  QueueSettings,
  QueueStats,
  QueueStore,
  StatusRequest,
} from '../../server/queue/store.ts';

interface Slot {
  userId: string;
  ticket: number;
  since: number;
  until: number;
  seen: boolean;
}

const REMEMBERED_MILLISECONDS = 600_000;

export class LineInMemory implements QueueStore {
  /** Who waits, by ticket: in the order they came. */
  readonly waiting = new Map<string, number>();
  readonly active = new Map<string, Slot>();
  readonly #ended = new Map<string, { ticket: number; until: number }>();
  readonly #clock: () => number;
  readonly settings: QueueSettings;
  lastTicket = 0;
  serving = 0;
  /** Tickets that were ever let in. */
  readonly admitted = new Set<number>();

  constructor(clock: () => number, settings: QueueSettings) {
    this.#clock = clock;
    this.settings = settings;
  }

  async enter(requests: readonly EnterRequest[], admits = true): Promise<Place[]> {
    const now = this.#clock();
    for (const { userId } of requests) {
      const slot = this.active.get(userId);
      if (slot && slot.until > now) slot.seen = true;
      else if (!this.waiting.has(userId)) {
        this.#forget(userId);
        this.waiting.set(userId, ++this.lastTicket);
      }
    }
    if (admits) this.#serve(new Set(requests.map(({ userId }) => userId)));
    return requests.map(({ userId }) => this.#place(userId) as Place);
  }

  async status(requests: readonly StatusRequest[], seen: boolean): Promise<(Place | null)[]> {
    for (const { userId } of requests) {
      const slot = this.active.get(userId);
      if (seen && slot && slot.until > this.#clock()) slot.seen = true;
    }
    return requests.map(({ userId }) => this.#place(userId));
  }

  async leave(requests: readonly LeaveRequest[]): Promise<boolean[]> {
    const had = requests.map(({ userId, ticket }) => {
      const mine = this.#place(userId);
      return mine !== null && (ticket === undefined || ticket === mine.ticket);
    });
    for (const [i, { userId }] of requests.entries()) if (had[i]) this.#forget(userId);
    if (had.includes(true)) this.#serve(new Set());
    return had;
  }

  async admit(): Promise<Change[]> {
    const now = this.#clock();
    for (const slot of this.active.values()) {
      if (slot.since <= now) continue;
      slot.until -= slot.since - now;
      slot.since = now;
    }
    const changes = this.#serve(new Set());
    for (const [userId, { until }] of this.#ended)
      if (until < now - REMEMBERED_MILLISECONDS) this.#ended.delete(userId);
    return changes;
  }

  async stats(queueIds: readonly string[]): Promise<QueueStats[]> {
    return queueIds.map(() => ({
      ...this.settings,
      active: this.active.size,
      waiting: this.waiting.size,
      servingTicket: this.serving,
      admittedLastMinute: 0,
    }));
  }

  async configure(_: string, patch: Partial<Omit<QueueSettings, 'queueId'>>): Promise<QueueSettings> {
    Object.assign(this.settings, patch);
    this.#serve(new Set());
    return { ...this.settings };
  }

  prioritise = async (requests: readonly EnterRequest[]): Promise<boolean[]> => requests.map(() => false);
  ended = async (): Promise<{ userId: string; at: Date }[]> => [];
  draws = async (): Promise<never[]> => [];

  /** Slots that may be given. */
  protected free(): number {
    return this.settings.state === 'OPEN' ? Math.max(0, this.settings.cap - this.active.size) : 0;
  }

  /** Who is next. */
  protected next(): string | undefined {
    return this.waiting.keys().next().value;
  }

  #serve(here: ReadonlySet<string>): Change[] {
    const now = this.#clock();
    const { queueId, activeSeconds, noShowSeconds } = this.settings;
    const changes: Change[] = [];
    for (const slot of this.active.values()) {
      const absent = !slot.seen && slot.since + 1_000 * noShowSeconds <= now;
      if (slot.until > now && !absent) continue;
      const { userId, ticket } = slot;
      const until = Math.min(slot.until, now);
      this.active.delete(userId);
      this.#ended.set(userId, { ticket, until });
      changes.push({ queueId, userId, ticket, status: 'EXPIRED', expiresAt: new Date(until) });
    }
    for (let free = this.free(); free > 0; free--) {
      const userId = this.next();
      if (userId === undefined) break;
      const ticket = this.waiting.get(userId) as number;
      this.waiting.delete(userId);
      const until = now + 1_000 * activeSeconds;
      this.active.set(userId, { userId, ticket, since: now, until, seen: here.has(userId) });
      this.admitted.add(ticket);
      this.serving = Math.max(this.serving, ticket);
      changes.push({ queueId, userId, ticket, status: 'ACTIVE', expiresAt: new Date(until) });
    }
    return changes;
  }

  #place(userId: string): Place | null {
    const { queueId } = this.settings;
    const waits = this.waiting.get(userId);
    if (waits !== undefined) {
      const position = [...this.waiting.keys()].indexOf(userId) + 1;
      return { userId, queueId, status: 'WAITING', position, ticket: waits, expiresAt: null };
    }
    const slot = this.active.get(userId);
    const place = slot ?? this.#ended.get(userId);
    if (!place) return null;
    const status = slot && slot.until > this.#clock() ? 'ACTIVE' : 'EXPIRED';
    return { userId, queueId, status, position: 0, ticket: place.ticket, expiresAt: new Date(place.until) };
  }

  #forget(userId: string): void {
    this.waiting.delete(userId);
    this.active.delete(userId);
    this.#ended.delete(userId);
  }
}
