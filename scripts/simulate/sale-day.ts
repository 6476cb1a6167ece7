// One sale, from a seed: people, processes, faults, and what must hold after every step.
import type { Database } from '../../server/db/database.ts';
import type { QueueStore } from '../../server/queue/store.ts';
import type { ReservationStore } from '../../server/reservation/store.ts';
import { type Chances, chances } from '../crash/chances.ts';
import { Beside } from './beside.ts';
import { type FaultRates, NO_FAULTS } from './faults.ts';
import { Journal, Violation } from './journal.ts';
import { LineInMemory } from './line.ts';
import { Person } from './person.ts';
import { ServiceProcess } from './process.ts';
import { SaleInMemory } from './sale.ts';
import { inVirtualTime, VirtualTime } from './time.ts';

export interface DayOptions {
  seed: number;
  hours: number;
  /** Other stores in the place of the two: to see whether what is wrong with one is found. */
  stores?: Partial<Stores>;
  /** Every call goes to this database as well, fresh from `openSql`, and must be answered the same there. */
  sql?: Database;
}

export interface Stores {
  line: new (...args: ConstructorParameters<typeof LineInMemory>) => LineInMemory;
  sale: new (...args: ConstructorParameters<typeof SaleInMemory>) => SaleInMemory;
}

export interface DayOutcome {
  seed: number;
  steps: number;
  hours: number;
  reservations: number;
  kills: number;
  /** A digest of every step: the same for the same seed. */
  digest: number;
  violation: string | null;
  /** What happened last, oldest first. */
  last: string[];
}

const HOUR = 3_600_000;
const TICK = 2_000;
/** When nothing goes on any more. */
const CALM_TICK = 30_000;
const KEPT_NOTES = 40;
/** After the faults have stopped: longer than any slot, hold and visit. */
const CALM = HOUR;

export function simulateDay(options: DayOptions): Promise<DayOutcome> {
  const time = new VirtualTime();
  const wall = new Wall(time);
  return inVirtualTime(time, wall.now, () => new Day(time, wall, options).run());
}

/** The clock on the wall, which somebody sets now and then. */
class Wall {
  readonly #time: VirtualTime;
  #ahead = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now = (): number => Math.floor(this.#time.now + this.#ahead);

  set(ahead: number): void {
    this.#ahead += ahead;
  }
}

class Day {
  readonly #time: VirtualTime;
  readonly #options: DayOptions;
  readonly #random: Chances;
  readonly #line: LineInMemory;
  readonly #sale: SaleInMemory;
  readonly #journal: Journal;
  readonly #processes: ServiceProcess[];
  readonly #worst: FaultRates;
  readonly #notes: string[] = [];
  readonly #wall: Wall;
  readonly #ports: { line: QueueStore; sale: ReservationStore };
  readonly #beside: Beside | null;
  #violation: unknown = null;
  #rates = NO_FAULTS;
  #digest = 0;
  #steps = 0;
  #kills = 0;
  #open = true;

  constructor(time: VirtualTime, wall: Wall, options: DayOptions) {
    this.#time = time;
    this.#wall = wall;
    this.#options = options;
    this.#random = chances(options.seed);
    const { line = LineInMemory, sale = SaleInMemory } = options.stores ?? {};
    this.#line = new line(wall.now, {
      queueId: 'main',
      cap: 1 + this.#whole(6),
      state: 'OPEN',
      activeSeconds: 60 + this.#whole(300),
      noShowSeconds: 20 + this.#whole(40),
      releaseOnConfirm: this.#random() < 0.3,
    });
    const holdSeconds = 20 + this.#whole(300);
    this.#sale = new sale(wall.now, 1_000 * holdSeconds);
    this.#journal = new Journal(this.#line, this.#sale);
    this.#beside = options.sql ? new Beside(options.sql, (violation) => this.#found(violation)) : null;
    this.#ports = {
      line: this.#beside?.line(this.#line) ?? this.#line,
      sale: this.#beside?.sale(this.#sale, holdSeconds) ?? this.#sale,
    };
    this.#processes = [this.#start(), this.#start()];
    this.#worst = {
      lostBefore: this.#random() * 0.1,
      lostAfter: this.#random() * 0.1,
      twice: this.#random() * 0.05,
      slow: this.#random() * 0.3,
      slowestMilliseconds: this.#random() * 20_000,
    };
  }

  async run(): Promise<DayOutcome> {
    const { hours, seed } = this.#options;
    for (let n = 0; n < 8 + this.#whole(20); n++) this.#watched(new Person(`p${n}`, this.#surroundings()).live());
    for (const i of this.#processes.keys()) this.#watched(this.#schedule(i));
    this.#watched(this.#trouble());
    await this.#until(hours * HOUR);
    this.#open = false;
    this.#rates = NO_FAULTS;
    await this.#until(hours * HOUR + CALM);
    if (this.#violation === null) this.#guarded(() => this.#checkTheEnd());
    const violation = this.#violation;
    if (violation !== null && !(violation instanceof Violation)) throw violation;
    return {
      ...{ seed, steps: this.#steps, hours: this.#time.elapsed / HOUR, kills: this.#kills, digest: this.#digest },
      reservations: this.#sale.reservations.size,
      violation: violation?.message ?? null,
      last: this.#notes,
    };
  }

  async #until(elapsed: number): Promise<void> {
    const end = this.#time.now - this.#time.elapsed + elapsed;
    while (this.#violation === null && this.#time.next(end)) {
      this.#steps++;
      // Everything that follows of itself, until all wait for the clock.
      do await new Promise((resolve) => setImmediate(resolve));
      while (this.#beside?.busy);
      this.#guarded(() => this.#journal.check());
    }
  }

  #start(): ServiceProcess {
    const trouble = { time: this.#time, random: this.#random, rates: () => this.#rates };
    return new ServiceProcess(this.#ports.line, this.#ports.sale, trouble);
  }

  #surroundings() {
    return {
      time: this.#time,
      random: this.#random,
      journal: this.#journal,
      send: <T>(work: Parameters<ServiceProcess['ask']>[0]) =>
        (this.#processes[this.#whole(2)] as ServiceProcess).ask(work) as Promise<T>,
      note: (text: string) => this.#note(text),
      open: () => this.#open,
    };
  }

  /** The scheduler of a process, which may stand still for a while. */
  async #schedule(index: number): Promise<void> {
    for (;;) {
      const stalls = this.#open && this.#random() < 0.001;
      await this.#time.sleep(stalls ? this.#random() * 300_000 : this.#open ? TICK : CALM_TICK);
      const process = this.#processes[index] as ServiceProcess;
      const tick = process.ask(({ queue, reservations }) => Promise.all([queue.tick(), reservations.expireHolds()]));
      await tick.catch(() => {});
    }
  }

  /** Quiet and bad times take turns; processes die, the clock jumps, an operator changes the cap. */
  async #trouble(): Promise<void> {
    while (this.#open) {
      await this.#time.sleep(this.#random() * 120_000);
      if (!this.#open) return;
      const dice = this.#random();
      if (dice < 0.3) this.#rates = this.#random() < 0.5 ? NO_FAULTS : this.#worst;
      else if (dice < 0.6) this.#kill(this.#whole(2));
      else if (dice < 0.7) this.#jump();
      else if (dice < 0.8) await this.#configure(1 + this.#whole(6));
    }
  }

  #kill(index: number): void {
    this.#note(`process ${index} is killed`);
    this.#kills++;
    (this.#processes[index] as ServiceProcess).kill();
    this.#processes[index] = this.#start();
  }

  #jump(): void {
    const by = Math.round((this.#random() - 0.5) * 240_000);
    this.#note(`the clock of the store jumps by ${by} ms`);
    this.#wall.set(by);
  }

  async #configure(cap: number): Promise<void> {
    this.#note(`the cap is set to ${cap}`);
    await this.#processes[0]?.ask(({ queue }) => queue.configure('main', { cap })).catch(() => {});
  }

  #checkTheEnd(): void {
    this.#journal.checkPromises();
    const { waiting, active } = this.#line;
    if (waiting.size + active.size > 0)
      throw new Violation(`long after the faults, ${waiting.size} still wait and ${active.size} are inside`);
    const held = [...this.#sale.live].filter(({ status }) => status === 'HELD').length;
    if (held > 0) throw new Violation(`long after the faults, ${held} seats are still held`);
  }

  #watched(work: Promise<void>): void {
    work.catch((error) => this.#found(error));
  }

  #guarded(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#found(error);
    }
  }

  #found(violation: unknown): void {
    this.#violation ??= violation;
  }

  #note(text: string): void {
    const note = `${String(this.#steps).padStart(7)} ${(this.#time.elapsed / 1_000).toFixed(3).padStart(10)} s  ${text}`;
    for (let i = 0; i < note.length; i++) this.#digest = Math.imul(this.#digest ^ note.charCodeAt(i), 16_777_619) >>> 0;
    if (this.#notes.push(note) > KEPT_NOTES) this.#notes.shift();
  }

  #whole = (below: number): number => Math.floor(this.#random() * below);
}
