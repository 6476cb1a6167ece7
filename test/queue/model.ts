import { expect } from 'vitest';
import { drawnTicket } from '../../scripts/verify-draw.ts';
import type { Change, EnterRequest, LeaveRequest, Place, QueueSettings } from '../../server/queue/store.ts';
import { FRESH } from './lines.ts';

const REMEMBERED_SECONDS = 600;

interface Slot {
  userId: string;
  ticket: number;
  since: number;
  until: number;
  seen: boolean;
}

interface View {
  status: Place['status'];
  position: number;
  ticket: number;
  /** Seconds from now. */
  endsIn: number | null;
}

/** What a queue should be, as plainly as it can be said: lists, and a clock that only the test moves. */
export class QueueModel {
  now = 0;
  /** What happened in a future that was taken back is counted by some and not by others. */
  wasSetBack = false;
  settings: Omit<QueueSettings, 'queueId'> = { ...FRESH, state: 'OPEN', releaseOnConfirm: false };
  #exists = false;
  #lastTicket = 0;
  #serving = 0;
  #waiting: { userId: string; ticket: number; ahead: boolean }[] = [];
  #active: Slot[] = [];
  #ended: { userId: string; ticket: number; until: number }[] = [];
  #admissions: number[] = [];
  /** A draw that is not revealed. */
  #draw: { seed: string; firstTicket: number } | null = null;

  enter(users: readonly string[], admits: boolean): void {
    this.#exists = true;
    for (const userId of new Set(users)) {
      const slot = this.#active.find((s) => s.userId === userId);
      if (slot && slot.until > this.now) slot.seen = true;
      else if (!this.#waiting.some((w) => w.userId === userId)) {
        this.#forget(userId);
        this.#waiting.push({ userId, ticket: ++this.#lastTicket, ahead: false });
      }
    }
    if (admits) this.#serve(users);
  }

  prioritise(users: readonly string[]): boolean[] {
    const waits = users.map((userId) => {
      const mine = this.#waiting.find((w) => w.userId === userId);
      if (mine) mine.ahead = true;
      return mine !== undefined;
    });
    this.#serve([]);
    return waits;
  }

  see(users: readonly string[]): void {
    for (const slot of this.#active) if (users.includes(slot.userId) && slot.until > this.now) slot.seen = true;
  }

  leave(requests: readonly Omit<LeaveRequest, 'queueId'>[]): boolean[] {
    const had = requests.map(({ userId, ticket }) => {
      const mine = this.view(userId);
      return mine !== null && (ticket === undefined || ticket === mine.ticket);
    });
    for (const [i, { userId }] of requests.entries()) if (had[i]) this.#forget(userId);
    if (had.includes(true)) this.#serve([]);
    return had;
  }

  tick(): Pick<Change, 'userId' | 'status' | 'ticket'>[] {
    for (const slot of this.#active) {
      if (slot.since <= this.now) continue;
      slot.until -= slot.since - this.now;
      slot.since = this.now;
    }
    const changes = this.#exists ? this.#serve([]) : [];
    this.#ended = this.#ended.filter(({ until }) => until >= this.now - REMEMBERED_SECONDS);
    return changes;
  }

  configure(patch: Partial<Omit<QueueSettings, 'queueId'>>, seed?: string): void {
    this.#exists = true;
    Object.assign(this.settings, patch);
    if (seed !== undefined) this.#draw ??= { seed, firstTicket: this.#lastTicket + 1 };
    this.#serve([]);
    if (this.settings.state === 'OPEN' && this.#draw) this.#reveal(this.#draw);
  }

  view(userId: string): View | null {
    const position = this.#waiting.findIndex((w) => w.userId === userId) + 1;
    const waiting = this.#waiting[position - 1];
    if (waiting) {
      const drawnFor = this.#draw !== null && waiting.ticket >= this.#draw.firstTicket;
      const last = this.#waiting.length;
      return { status: 'WAITING', position: drawnFor ? last : position, ticket: waiting.ticket, endsIn: null };
    }
    const slot = this.#active.find((s) => s.userId === userId);
    const place = slot ?? this.#ended.find((e) => e.userId === userId);
    if (!place) return null;
    const status = slot && slot.until > this.now ? 'ACTIVE' : 'EXPIRED';
    return { status, position: 0, ticket: place.ticket, endsIn: place.until - this.now };
  }

  stats(): object | null {
    if (!this.#exists) return null;
    return {
      ...this.settings,
      active: this.#active.filter(({ until }) => until > this.now).length,
      waiting: this.#waiting.length,
      servingTicket: this.#serving,
      admittedLastMinute: this.wasSetBack
        ? expect.any(Number)
        : this.#admissions.filter((at) => at > this.now - 60).length,
    };
  }

  #serve(here: readonly string[]): Pick<Change, 'userId' | 'status' | 'ticket'>[] {
    const { cap, state, activeSeconds, noShowSeconds } = this.settings;
    const over = this.#active.filter((s) => s.until <= this.now || (!s.seen && s.since + noShowSeconds <= this.now));
    this.#active = this.#active.filter((slot) => !over.includes(slot));
    for (const { userId, ticket, until } of over)
      this.#ended.push({ userId, ticket, until: Math.min(until, this.now) });

    const free = state === 'OPEN' && !this.#draw ? Math.max(0, cap - this.#active.length) : 0;
    const byTurn = [...this.#waiting.filter((w) => w.ahead), ...this.#waiting.filter((w) => !w.ahead)];
    const admitted = byTurn.slice(0, free);
    this.#waiting = this.#waiting.filter((w) => !admitted.includes(w));
    for (const { userId, ticket, ahead } of admitted) {
      const seen = here.includes(userId);
      this.#active.push({ userId, ticket, since: this.now, until: this.now + activeSeconds, seen });
      if (!seen) this.#admissions.push(this.now);
      if (!ahead) this.#serving = ticket;
    }
    const told = (status: Change['status']) => (place: { userId: string; ticket: number }) => ({
      userId: place.userId,
      ticket: place.ticket,
      status,
    });
    return [...over.map(told('EXPIRED')), ...admitted.map(told('ACTIVE'))];
  }

  #reveal({ seed, firstTicket }: { seed: string; firstTicket: number }): void {
    const draw = { seed, firstTicket, lastTicket: this.#lastTicket };
    for (const place of this.#waiting) place.ticket = drawnTicket(draw, place.ticket) ?? place.ticket;
    this.#waiting.sort((a, b) => a.ticket - b.ticket);
    this.#lastTicket += this.#lastTicket - firstTicket + 1;
    this.#draw = null;
    this.tick();
  }

  #forget(userId: string): void {
    this.#waiting = this.#waiting.filter((w) => w.userId !== userId);
    this.#active = this.#active.filter((s) => s.userId !== userId);
    this.#ended = this.#ended.filter((e) => e.userId !== userId);
  }
}

/** Requests of one queue, out of a batch about several. */
export const of = <R extends EnterRequest>(requests: readonly R[], queueId: string): R[] =>
  requests.filter((request) => request.queueId === queueId);
