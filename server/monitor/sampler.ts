import { Bounded } from './bounded.ts';
import { ProcessGauge } from './process.ts';
import { Ring } from './ring.ts';
import type {
  ConsumerFigures,
  DatabaseFigures,
  EventFigures,
  JobFigures,
  LineFigures,
  PoolFigures,
  RedisFigures,
  Sample,
  UpkeepFigures,
} from './sample.ts';
import { Traffic } from './traffic.ts';

/** Where the figures of a sample come from. Those that ask a store may hang or fail: their figures are null then. */
export interface Sources {
  database(): Promise<DatabaseFigures>;
  upkeep?: () => Promise<UpkeepFigures>;
  redis?: () => Promise<RedisFigures>;
  events(): Promise<EventFigures>;
  line(): Promise<LineFigures | null>;
  jobs(): Promise<JobFigures[]>;
  pool?: () => PoolFigures | undefined;
  /** Since the last time. */
  consumers?: () => ConsumerFigures[];
  /** Since the last time. */
  blockedByLocks?: () => number;
}

const EVERY_MILLISECONDS = 1_000;
const LONGEST_READING_MILLISECONDS = 900;
/** A quarter of an hour. */
const KEPT_SAMPLES = 900;
/** Upkeep changes slowly, and looking at it reads a few catalogues. */
const UPKEEP_EVERY_SAMPLES = 30;

/** Takes a sample of everything each second, off the path of requests, and keeps those of the last quarter of an hour. */
export class Sampler {
  readonly traffic = new Traffic();
  readonly #process = new ProcessGauge();
  readonly #ring = new Ring<Sample>(KEPT_SAMPLES);
  readonly #listeners: ((sample: Sample) => void)[] = [];
  readonly #sources: Sources;
  readonly #database: Bounded<DatabaseFigures>;
  readonly #upkeep: Bounded<UpkeepFigures> | null;
  readonly #redis: Bounded<RedisFigures> | null;
  readonly #events: Bounded<EventFigures>;
  readonly #line: Bounded<LineFigures | null>;
  readonly #jobs: Bounded<JobFigures[]>;
  #timer: NodeJS.Timeout | null = null;
  #taking: Promise<void> | null = null;
  #lastAt = performance.now();
  #count = 0;
  #lastUpkeep: UpkeepFigures | null | undefined;
  #lastJobs: JobFigures[] = [];

  constructor(sources: Sources, longestReadingMilliseconds = LONGEST_READING_MILLISECONDS) {
    this.#sources = sources;
    const bounded = <T>(read: () => Promise<T>) => new Bounded(longestReadingMilliseconds, read);
    this.#database = bounded(sources.database);
    this.#upkeep = sources.upkeep ? bounded(sources.upkeep) : null;
    this.#redis = sources.redis ? bounded(sources.redis) : null;
    this.#events = bounded(sources.events);
    this.#line = bounded(sources.line);
    this.#jobs = bounded(sources.jobs);
  }

  /** Called with each new sample. */
  onSample(listener: (sample: Sample) => void): void {
    this.#listeners.push(listener);
  }

  /** Idempotent. */
  start(): void {
    if (this.#timer) return;
    this.#process.start();
    this.#lastAt = performance.now();
    this.#timer = setInterval(() => this.#due(), EVERY_MILLISECONDS);
    this.#timer.unref();
  }

  /** Idempotent. Waits for the sample under way. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    await this.#taking;
    this.#process.stop();
  }

  latest(): Sample | undefined {
    return this.#ring.latest();
  }

  /** The newest samples, oldest first. */
  last(seconds: number): Sample[] {
    return this.#ring.last(seconds);
  }

  #due(): void {
    this.#taking ??= this.take().then(
      () => this.#taken(),
      () => this.#taken(),
    );
  }

  #taken(): void {
    this.#taking = null;
  }

  /** Takes one now. The timer's work; public for tests. */
  async take(): Promise<Sample> {
    const upkeepDue = this.#count++ % UPKEEP_EVERY_SAMPLES === 0;
    const [database, redis, events, line, jobs, upkeep] = await Promise.all([
      this.#database.now(),
      this.#redis?.now(),
      this.#events.now(),
      this.#line.now(),
      this.#jobs.now(),
      upkeepDue ? this.#upkeep?.now() : this.#lastUpkeep,
    ]);
    this.#lastUpkeep = upkeep;
    this.#lastJobs = jobs ?? this.#lastJobs;
    const now = performance.now();
    const sample: Sample = {
      at: Date.now(),
      seconds: Math.max(0.001, (now - this.#lastAt) / 1_000),
      http: this.traffic.take(),
      process: this.#process.read(),
      database,
      pool: this.#sources.pool?.(),
      blockedByLocks: this.#sources.blockedByLocks?.() ?? 0,
      upkeep,
      redis,
      events,
      consumers: this.#sources.consumers?.() ?? [],
      jobs: this.#lastJobs,
      line,
    };
    this.#lastAt = now;
    this.#ring.push(sample);
    for (const listener of this.#listeners) listener(sample);
    return sample;
  }
}
