import type { BaseLogger } from 'pino';
import type { Sample } from '../monitor/sample.ts';
import type { Sampler } from '../monitor/sampler.ts';
import { type Detection, detect, NOTHING_YET } from './detect.ts';
import { type Harms, hurtUsers, LOOK_BACK_MILLISECONDS, ownedBySomebody } from './hurt.ts';
import type { Entry, Incident } from './incident.ts';
import { KINDS, type Kind, type Sign } from './kinds.ts';
import type { Limits } from './limits.ts';
import { IncidentMemory } from './memory.ts';
import { entry, RELEASE_AFTER_MILLISECONDS, type Response, type Situation } from './respond/response.ts';
import { signsOf } from './signs.ts';
import type { IncidentStore } from './store.ts';

export interface IncidentLoopOptions {
  store: IncidentStore;
  sampler: Sampler;
  limits: Limits;
  responses: readonly Response[];
  harms: Harms;
  /** What else to say when a kind is noticed: who holds the locks, for example. */
  evidence?: (kind: Kind) => Promise<Entry[]>;
  /** Whose slot ended since a moment. Asked now and then, and once more at the end. @throws StoreUnavailable */
  slotsEnded?: (since: Date) => Promise<{ userId: string; at: Date }[]>;
  /** Called once for each incident, some seconds after this process closed it, and at a stop before that. */
  closed: (incidentId: number) => Promise<void>;
  log: Pick<BaseLogger, 'warn' | 'error'>;
}

/** All must have been well for this long, and nothing be in force any more, before an incident is over. */
const CLOSE_AFTER_MILLISECONDS = 10_000;
/** Other processes still bring in what they saw. */
const FINISH_AFTER_MILLISECONDS = 3_000;
const SAMPLES_BEFORE = 120;
const SIGN_SAMPLES = 300;
/** So long after its start a process notices nothing, but follows what others notice. */
const SETTLING_SAMPLES = 8;
/** After that, a sample in ten seconds is enough. */
const EVERY_SAMPLE_FOR_MILLISECONDS = 1_800_000;
const MOST_PENDING = 500;
const SLOTS_EVERY_MILLISECONDS = 60_000;

/** Notices incidents, has something done about them, and keeps what happened. One in each process; the store joins them. */
export class IncidentLoop {
  readonly #options: IncidentLoopOptions;
  readonly #memory = new IncidentMemory();
  #detection: Detection = NOTHING_YET;
  #firing: Kind[] = [];
  #signs: Sign[] = [];
  /** Kinds that this process has said to be there. */
  readonly #noticed = new Set<Kind>();
  readonly #signsSaid = new Set<string>();
  #pending: Entry[] = [];
  /** The newest sample that is kept, by incident. */
  #kept = { incidentId: 0, until: 0 };
  /** When lines were asked whose slots ended, and for which closed incident the last time. */
  #slots = { at: Number.NEGATIVE_INFINITY, closed: 0 };
  #beating: Promise<void> | null = null;
  readonly #finishing = new Map<number, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: IncidentLoopOptions) {
    this.#options = options;
  }

  /** Follows the sampler from now on. */
  start(): void {
    this.#options.sampler.onSample((sample) => this.sampled(sample));
  }

  /** Writes down what is left. After the sampler has stopped. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#beating;
    const open = this.#memory.stored;
    if (open) await this.#keep(open).catch(() => {});
    for (const [incidentId, timer] of this.#finishing) {
      clearTimeout(timer);
      await this.#options.closed(incidentId).catch(() => {});
    }
  }

  /** Resolves when what the last sample led to is done. */
  async settled(): Promise<void> {
    await this.#beating;
  }

  /** The incident that is open, as this process knows it. */
  open(): Incident | null {
    return this.#memory.open(performance.now());
  }

  /** What is seen now. */
  get signs(): readonly Sign[] {
    return this.#signs;
  }

  /** The sampler's call; public for tests. */
  sampled(sample: Sample): void {
    if (this.#stopped) return;
    const samples = this.#options.sampler.last(SIGN_SAMPLES);
    // Everything is slow the first time, and that is nobody's incident.
    this.#signs = samples.length <= SETTLING_SAMPLES ? [] : signsOf(samples, this.#options.limits);
    const verdict = detect(this.#detection, this.#signs, sample.at);
    this.#detection = verdict.detection;
    this.#firing = verdict.firing;
    this.#memory.saw(verdict.firing, verdict.beganAt, performance.now());
    // A beat that hangs, because the store does, must not hold up what is done meanwhile.
    this.#beating ??= this.#beat(sample).finally(() => {
      this.#beating = null;
    });
  }

  /** Never rejects. */
  async #beat(sample: Sample): Promise<void> {
    try {
      const fresh = await this.#pulse();
      const now = performance.now();
      const incident = this.#memory.open(now);
      if (incident) await this.#notice(incident, fresh, now);
      const situation: Situation = { incident, unwell: (kind) => this.#memory.unwell(kind, now), latest: sample };
      for (const response of this.#options.responses) await this.#follow(response, situation);
      const stored = this.#memory.stored;
      if (stored && !this.#memory.storeLost) await this.#keep(stored);
      else if (!incident) this.#rest();
      if (incident && incident.id !== 0 && !this.#memory.storeLost) await this.#closeWhenWell(incident, now);
    } catch (error) {
      this.#memory.lost();
      this.#options.log.warn({ err: error }, 'the incident could not be written down, and will be');
    }
  }

  /** @returns whether this process opened the incident */
  async #pulse(): Promise<boolean> {
    try {
      const answer = await this.#options.store.pulse(this.#firing, this.#memory.beganAt);
      this.#memory.learned(answer?.incident ?? null, performance.now());
      return answer?.fresh ?? false;
    } catch (error) {
      if (!this.#memory.storeLost) this.#options.log.warn({ err: error }, 'incidents are kept in memory for now');
      this.#memory.lost();
      return false;
    }
  }

  async #notice(incident: Incident, fresh: boolean, now: number): Promise<void> {
    if (fresh) {
      this.#options.log.warn({ incident: incident.id, kinds: incident.kinds }, 'an incident has begun');
      this.#say(entry('incident', 'OPENED', { kinds: incident.kinds, beganAt: incident.beganAt.toISOString() }));
    }
    for (const kind of this.#firing) {
      if (this.#noticed.has(kind)) continue;
      this.#noticed.add(kind);
      this.#say(entry(`kind:${kind}`, 'NOTICED', { kind }));
      const evidence = await this.#options.evidence?.(kind).catch(() => []);
      this.#say(...(evidence ?? []));
    }
    for (const sign of this.#signs) {
      const subject = `sign:${sign.code}${sign.of === undefined ? '' : `:${sign.of}`}`;
      // Every second says the same of a sign: only the first is worth a line.
      if (!this.#noticed.has(sign.kind) || this.#signsSaid.has(subject)) continue;
      this.#signsSaid.add(subject);
      this.#say(entry(subject, 'SEEN', { ...sign }));
    }
    for (const kind of KINDS) {
      if (!this.#noticed.has(kind) || this.#memory.unwell(kind, now) < RELEASE_AFTER_MILLISECONDS) continue;
      this.#noticed.delete(kind);
      this.#say(entry(`kind:${kind}`, 'OVER', { kind }));
    }
  }

  async #follow(response: Response, situation: Situation): Promise<void> {
    try {
      this.#say(...(await response.follow(situation)));
    } catch (error) {
      this.#options.log.warn({ err: error, response: response.name }, 'a response could not be made');
      this.#say(entry(response.name, 'FAILED'));
    }
  }

  #say(...entries: Entry[]): void {
    for (const one of entries) {
      const last = this.#pending.findLast(({ subject }) => subject === one.subject);
      if (!one.once || last?.code !== one.code) this.#pending.push(one);
    }
    if (this.#pending.length > MOST_PENDING) this.#pending.splice(0, this.#pending.length - MOST_PENDING);
  }

  /** Brings what was seen, done and suffered to the store. */
  async #keep(incident: Incident): Promise<void> {
    const { store, sampler, harms } = this.#options;
    const pending = this.#pending;
    this.#pending = [];
    await store.note(incident.id, pending).catch((error) => {
      this.#pending = [...pending, ...this.#pending];
      throw error;
    });
    await this.#addEndedSlots(incident);
    const harmed = harms.take(incident.beganAt.getTime() - LOOK_BACK_MILLISECONDS);
    if (harmed.length > 0) {
      try {
        await store.hurt(incident.id, hurtUsers(harmed, await store.ownersOf(ownedBySomebody(harmed))));
      } catch (error) {
        harms.putBack(harmed);
        throw error;
      }
    }
    if (this.#kept.incidentId !== incident.id) this.#kept = { incidentId: incident.id, until: 0 };
    const samples = sampler.last(SAMPLES_BEFORE).filter(({ at }) => at > this.#kept.until);
    await store.keepSamples(
      incident.id,
      incident.openedAt.getTime() > incident.storeNow - EVERY_SAMPLE_FOR_MILLISECONDS
        ? samples
        : samples.filter(isTenth),
    );
    this.#kept.until = samples.at(-1)?.at ?? this.#kept.until;
  }

  /** Lines remember them for some minutes; a line that is away is asked again later. */
  async #addEndedSlots({ beganAt, closedAt, id }: Incident): Promise<void> {
    const { slotsEnded, harms } = this.#options;
    const now = performance.now();
    const last = closedAt !== null && this.#slots.closed !== id;
    if (!slotsEnded || (!last && now - this.#slots.at < SLOTS_EVERY_MILLISECONDS)) return;
    this.#slots = { at: now, closed: closedAt === null ? 0 : id };
    const until = closedAt ?? new Date(Date.now() + SLOTS_EVERY_MILLISECONDS);
    for (const { userId, at } of await slotsEnded(beganAt).catch(() => [])) {
      if (at <= until) harms.add({ who: { userId }, at: at.getTime(), what: 'SLOT_ENDED' });
    }
  }

  /** Nothing is wrong: what is old is nobody's. */
  #rest(): void {
    this.#pending = [];
    this.#noticed.clear();
    this.#signsSaid.clear();
    this.#options.harms.forgetBefore(Date.now() - 2 * LOOK_BACK_MILLISECONDS);
  }

  async #closeWhenWell(incident: Incident, now: number): Promise<void> {
    const { responses, store, log } = this.#options;
    const calm = KINDS.every((kind) => this.#memory.unwell(kind, now) > CLOSE_AFTER_MILLISECONDS);
    if (!calm || responses.some(({ inForce }) => inForce)) return;
    if (!(await store.close(incident.id, CLOSE_AFTER_MILLISECONDS))) return;
    log.warn({ incident: incident.id }, 'an incident is over');
    // Whoever noticed a kind may have died before it was over.
    const over = incident.kinds.map((kind) => entry(`kind:${kind}`, 'OVER', { kind }));
    await store.note(incident.id, [...over, entry('incident', 'CLOSED')]);
    const timer = setTimeout(() => {
      this.#finishing.delete(incident.id);
      this.#options
        .closed(incident.id)
        .catch((error) => log.warn({ err: error }, 'the report will be written when read'));
    }, FINISH_AFTER_MILLISECONDS);
    this.#finishing.set(incident.id, timer);
  }
}

const isTenth = ({ at }: Sample) => Math.floor(at / 1_000) % 10 === 0;
