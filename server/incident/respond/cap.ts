import type { Entry, Incident, LoweredCap } from '../incident.ts';
import type { IncidentStore } from '../store.ts';
import { entry, RELEASE_AFTER_MILLISECONDS, type Response, type Situation } from './response.ts';

/** What lowering a cap needs of the line. */
export interface CappedLine {
  settings(queueId: string): Promise<{ cap: number } | null>;
  configure(queueId: string, patch: { cap: number }): Promise<unknown>;
}

export interface CapOptions {
  store: Pick<IncidentStore, 'claimCap'>;
  line: CappedLine;
  /** Lines that sell at present. */
  queueIds: () => readonly string[];
  /** The lowest, as a part of the operator's own: 0.6 takes 50 to 30. */
  floorShare: number;
  /** False only restores what is lowered: the setting was changed, or another process has another one. */
  lowers: boolean;
}

const KIND = 'RESERVATION_BOTTLENECK';
const STEP_SHARE = 0.2;
/** So long a step has to show what it does before the next. */
const STEP_EVERY_MILLISECONDS = 3_000;

/**
 * Lets fewer inside while the database is slow, step by step, and more again when it is well, until the operator's own
 * cap is back. Nobody inside is sent out. Each step is claimed in the store before it is taken, so that of several
 * processes one takes it, and whoever is left restores what a dead one lowered. A cap that somebody else changed
 * meanwhile is an operator's decision and stays.
 */
export class Cap implements Response {
  readonly name = 'cap';
  readonly #options: CapOptions;
  inForce = false;

  constructor(options: CapOptions) {
    this.#options = options;
  }

  async follow(situation: Situation): Promise<Entry[]> {
    const { incident } = situation;
    this.inForce = incident !== null && Object.keys(incident.caps).length > 0;
    if (!incident || incident.closedAt !== null) return [];
    const bad = this.#options.lowers && situation.unwell(KIND) < RELEASE_AFTER_MILLISECONDS;
    const queueIds = new Set([...Object.keys(incident.caps), ...(bad ? this.#options.queueIds() : [])]);
    const entries: Entry[] = [];
    for (const queueId of queueIds) entries.push(...(await this.#step(incident, queueId, bad)));
    return entries;
  }

  async #step(incident: Incident, queueId: string, bad: boolean): Promise<Entry[]> {
    const { line } = this.#options;
    const lowered = incident.caps[queueId] ?? null;
    if (lowered && incident.storeNow - lowered.at < STEP_EVERY_MILLISECONDS) return [];
    const cap = (await line.settings(queueId))?.cap;
    if (cap === undefined) return [];
    if (!lowered) return bad ? this.#take(incident, queueId, null, { own: cap, set: cap, was: cap }, bad) : [];
    if (cap !== lowered.own && cap !== lowered.set && cap !== lowered.was) {
      const left = await this.#options.store.claimCap(incident.id, queueId, lowered, null);
      return left ? [capEntry(queueId, 'LEFT', { cap, own: lowered.own })] : [];
    }
    // Somebody claimed the last step and died before taking it.
    if (cap !== lowered.set) await line.configure(queueId, { cap: lowered.set });
    return this.#take(incident, queueId, lowered, lowered, bad);
  }

  async #take(
    incident: Incident,
    queueId: string,
    claimed: LoweredCap | null,
    now: Omit<LoweredCap, 'at'>,
    bad: boolean,
  ): Promise<Entry[]> {
    const { store, line } = this.#options;
    const to = this.#next(now, bad);
    if (to === now.set) {
      // Back at the operator's own, and really so: nothing is lowered any more.
      if (claimed && !bad && now.set === now.own) await store.claimCap(incident.id, queueId, claimed, null);
      return [];
    }
    if (!(await store.claimCap(incident.id, queueId, claimed, { own: now.own, set: to, was: now.set }))) return [];
    await line.configure(queueId, { cap: to });
    const code = bad ? 'LOWERED' : to === now.own ? 'RESTORED' : 'RAISED';
    return [capEntry(queueId, code, { from: now.set, to, own: now.own })];
  }

  #next({ own, set }: Omit<LoweredCap, 'at'>, bad: boolean): number {
    const step = Math.max(1, Math.round(own * STEP_SHARE));
    const floor = Math.min(own, Math.max(1, Math.round(own * this.#options.floorShare)));
    return bad ? Math.min(set, Math.max(floor, set - step)) : Math.min(own, set + step);
  }
}

/** Each step is one entry, also when the one before had the same code. */
const capEntry = (queueId: string, code: string, facts: Record<string, unknown>): Entry => ({
  ...entry(`cap:${queueId}`, code, { queueId, ...facts }),
  once: false,
});
