import type { Incident } from './incident.ts';
import { KINDS, type Kind } from './kinds.ts';

/**
 * What this process knows of the incident that is open: what the store said last, and, while the store is lost, what it
 * sees by itself. So responses work when it is the database that is away.
 */
export class IncidentMemory {
  #stored: Incident | null = null;
  #storedAt = 0;
  readonly #seenAt = new Map<Kind, number>();
  #beganAt: Date | null = null;
  /** Whether the store could not be asked the last time. */
  storeLost = false;

  /** What this process sees at this second. @param now a clock that never jumps, in milliseconds */
  saw(firing: readonly Kind[], beganAt: number | null, now: number): void {
    for (const kind of firing) this.#seenAt.set(kind, now);
    if (firing.length === 0) this.#beganAt = null;
    else this.#beganAt ??= new Date(beganAt ?? Date.now());
  }

  learned(incident: Incident | null, now: number): void {
    this.storeLost = false;
    this.#stored = incident;
    this.#storedAt = now;
  }

  lost(): void {
    this.storeLost = true;
  }

  get beganAt(): Date | null {
    return this.#beganAt;
  }

  /** The last that the store told, closed ones included. */
  get stored(): Incident | null {
    return this.#stored;
  }

  /** The one that is open; without a store, one of this process's own with the id 0 when there was none. */
  open(now: number): Incident | null {
    if (this.#stored && this.#stored.closedAt === null) return this.#stored;
    if (!this.storeLost) return null;
    const kinds = KINDS.filter((kind) => this.#since(kind, now) < FORGET_AFTER_MILLISECONDS);
    if (kinds.length === 0) return null;
    const began = this.#beganAt ?? new Date();
    const unknown = { unwellMilliseconds: {}, caps: {}, storeNow: Date.now() };
    return { id: 0, kinds, beganAt: began, openedAt: began, closedAt: null, ...unknown };
  }

  /** Milliseconds since any process is known to have seen a kind. */
  unwell(kind: Kind, now: number): number {
    const told = this.#stored?.unwellMilliseconds[kind];
    const elsewhere = told === undefined ? Number.POSITIVE_INFINITY : told + (now - this.#storedAt);
    return Math.min(elsewhere, this.#since(kind, now));
  }

  #since(kind: Kind, now: number): number {
    const at = this.#seenAt.get(kind);
    return at === undefined ? Number.POSITIVE_INFINITY : now - at;
  }
}

const FORGET_AFTER_MILLISECONDS = 15_000;
