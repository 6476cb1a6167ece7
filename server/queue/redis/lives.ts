import { StoreUnavailable } from '../../db/database.ts';
import type { LedgerEntry, NotedSlot, QueueLedger } from '../ledger.ts';
import type { QueueSettings } from '../store.ts';
import { channelOf } from './keys.ts';
import type { RedisLink } from './link.ts';
import type { Script, Scripts } from './scripts.ts';

/** What this process knows of the present life of a queue's data. */
interface Life {
  epoch: number;
  /** The highest ticket that it has seen or that was noted. */
  lastTicket: number;
  /** What was noted last, and when. */
  noted: string;
  notedAt: number;
}

const MILLISECONDS_BETWEEN_NOTES = 1_000;
/** Tickets that may have been given out between the last note and the loss. */
const UNNOTED_TICKETS = 20_000;
/** For so long after a loss, tickets that were lost get their places back. */
const RESTORED_FOR_MILLISECONDS = 3_600_000;
/** Of those who are inside: `MOST` of outline.lua. */
const MOST_NOTED = 1_000;
const MOST_ATTEMPTS = 3;

/**
 * Runs the commands of the line, on data that is what it should be. Redis may lose it: all of it (restarted empty,
 * flushed), or the latest of it (a replica that lagged was promoted). Each command says which life of the data this
 * process knows, and the highest ticket it has seen; data that is of another life or behind refuses it. Then a new life is
 * begun from the ledger. See docs/decisions/0013-line-in-redis.md.
 */
export class Lives {
  readonly #link: RedisLink;
  readonly #scripts: Scripts;
  readonly #ledger: QueueLedger;
  readonly #lives = new Map<string, Life>();
  /** Looks at the ledger that are under way: whoever comes meanwhile shares them. */
  readonly #looking = new Map<string, Promise<unknown>>();

  constructor(link: RedisLink, scripts: Scripts, ledger: QueueLedger) {
    this.#link = link;
    this.#scripts = scripts;
    this.#ledger = ledger;
  }

  /** Queues that this process has had to do with. */
  known(): string[] {
    return [...this.#lives.keys()];
  }

  /** Remembers a ticket that was given out, so that data from before it is recognised. */
  saw(queueId: string, ticket: number): void {
    const life = this.#lives.get(queueId);
    if (life) life.lastTicket = Math.max(life.lastTicket, ticket);
  }

  /** Opens a queue that is new. */
  async open(settings: QueueSettings): Promise<void> {
    const open = async () => {
      const entry = await this.#ledger.add(settings);
      if (entry.epoch === 0) await this.#begin(entry, { ...entry, epoch: 1 });
      else this.#know(entry);
    };
    // What it shares may be the look of somebody who opens nothing.
    while (!this.#lives.has(settings.queueId)) await this.#once(settings.queueId, open);
  }

  /** Runs a command; null when there is no such queue. @throws StoreUnavailable */
  async run(script: Script, queueId: string, args: readonly string[]): Promise<unknown[] | null> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      if (!this.#lives.has(queueId)) await this.#once(queueId, () => this.#find(queueId));
      const life = this.#lives.get(queueId);
      if (!life) return null;
      const known = [String(life.epoch), String(life.lastTicket), channelOf(queueId)];
      const reply = await this.#link.run(script, queueId, [...known, ...args]);
      if (Array.isArray(reply)) return reply;
      await this.#once(queueId, () => this.#rebuild(queueId, life));
    }
    throw new StoreUnavailable('the line is being rebuilt');
  }

  /** Notes how far a queue got, about once a second and when there is something new. */
  async note(queueId: string): Promise<void> {
    const life = this.#lives.get(queueId);
    if (!life || performance.now() - life.notedAt < MILLISECONDS_BETWEEN_NOTES) return;
    life.notedAt = performance.now();
    const reply = await this.run(this.#scripts.outline, queueId, []);
    if (!reply || this.#lives.get(queueId) !== life) return;
    const noted = JSON.stringify(reply);
    if (noted === life.noted) return;
    const [lastTicket, servingTicket, drawFrom, drawTo, ...slots] = reply as [
      number,
      number,
      number,
      number,
      ...string[],
    ];
    if (drawFrom > 0 && drawTo < 0) await this.#ledger.noteDraw(queueId, drawFrom, null);
    const inside = slots.flatMap((user, i) => (i % 3 === 0 ? [[user, slots[i + 1], slots[i + 2]] as NotedSlot] : []));
    await this.#ledger.note(queueId, { epoch: life.epoch, lastTicket, servingTicket, inside });
    life.noted = noted;
    life.lastTicket = Math.max(life.lastTicket, lastTicket);
  }

  /** One of these at a time for a queue; what comes meanwhile waits for it instead. */
  #once(queueId: string, look: () => Promise<unknown>): Promise<unknown> {
    const under = this.#looking.get(queueId) ?? look().finally(() => this.#looking.delete(queueId));
    this.#looking.set(queueId, under);
    return under;
  }

  async #find(queueId: string): Promise<void> {
    const entry = await this.#ledger.find(queueId);
    if (entry && entry.epoch > 0) this.#know(entry);
  }

  #know({ settings, epoch, lastTicket }: LedgerEntry): void {
    this.#lives.set(settings.queueId, { epoch, lastTicket, noted: '', notedAt: Number.NEGATIVE_INFINITY });
  }

  /** The data is not the one of this life. Another process may know more, else a new life begins. */
  async #rebuild(queueId: string, life: Life): Promise<void> {
    if (this.#lives.get(queueId) !== life) return;
    const entry = await this.#ledger.find(queueId);
    if (!entry) throw new StoreUnavailable(`the ledger has lost the queue ${queueId}`);
    const lastTicket = Math.max(entry.lastTicket, life.lastTicket);
    if (entry.epoch > life.epoch) this.#know({ ...entry, lastTicket });
    else await this.#begin(entry, { ...entry, epoch: entry.epoch + 1, lastTicket: lastTicket + UNNOTED_TICKETS });
  }

  async #begin(from: LedgerEntry, next: LedgerEntry): Promise<void> {
    const { queueId, ...settings } = next.settings;
    const activeMs = settings.activeSeconds * 1_000;
    const [holdMs, restoreMs] = from.epoch === 0 ? [0, 0] : [activeMs, Math.max(activeMs, RESTORED_FOR_MILLISECONDS)];
    // When not all who were inside could be noted, those who were not get their place in the line back.
    const lostAbove = next.inside.length < MOST_NOTED ? next.servingTicket : 0;
    const reply = await this.#link.run(this.#scripts.begin, queueId, [
      ...[next.epoch, next.lastTicket].map(String),
      channelOf(queueId),
      ...[next.servingTicket, holdMs, restoreMs, lostAbove].map(String),
      ...fieldsOf(settings).filter((_, i) => i % 2 === 1),
      ...[next.drawFrom, next.drawTo].map(String),
      ...next.inside.flat(),
    ]);
    const begun = { ...next, epoch: Number(reply) };
    // Only now: whoever finds this note, finds the data too or knows that it was lost.
    await this.#ledger.note(queueId, begun);
    this.#know(begun);
  }
}

/** Settings as fields of the queue's hash and their values, in the order of begin.lua. */
export function fieldsOf(settings: Partial<Omit<QueueSettings, 'queueId'>>): string[] {
  const { cap, state, activeSeconds, noShowSeconds, releaseOnConfirm } = settings;
  const fields: [string, unknown][] = [
    ['cap', cap],
    ['state', state],
    ['activeMs', activeSeconds && activeSeconds * 1_000],
    ['noShowMs', noShowSeconds && noShowSeconds * 1_000],
    ['release', releaseOnConfirm === undefined ? undefined : Number(releaseOnConfirm)],
  ];
  return fields.filter(([, value]) => value !== undefined).flatMap(([name, value]) => [name, String(value)]);
}
