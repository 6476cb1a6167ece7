import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../drill/world.ts';
import type { ApiProcess } from '../full/api-process.ts';
import type { ServiceName } from '../services/service.ts';
import { ask } from './ask.ts';

export type Kind = 'api' | 'redis' | 'postgres' | 'kafka';

/** Something that can be killed at any moment and started again. */
export interface Victim {
  readonly kind: Kind;
  readonly name: string;
  /** Whether there is something to kill. */
  readonly alive: boolean;
  /** Whether it answers, as far as is known. */
  readonly ready: boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again. Resolves when it answers through the service; false when it was killed again before. */
  revive(): Promise<boolean>;
}

const LOOK_EVERY_MILLISECONDS = 25;
const START_AGAIN_AFTER_MILLISECONDS = 200;
/** Whatever else is gone meanwhile comes back sooner. */
const STARTED_WITHIN_MILLISECONDS = 120_000;

/** One process of the service, started again for as long as it can't start, as whatever runs it in earnest would. */
class ApiVictim implements Victim {
  readonly kind = 'api';
  readonly #world: World;
  readonly #index: number;
  readonly #complain: (what: string) => void;
  #process: ApiProcess;
  #alive = true;
  #ready = true;
  /** Those that we killed ended by us. */
  readonly #killed = new WeakSet<ApiProcess>();

  constructor(world: World, index: number, complain: (what: string) => void) {
    this.#world = world;
    this.#index = index;
    this.#complain = complain;
    this.#process = world.processes[index] as ApiProcess;
    this.#watch(this.#process);
  }

  get name(): string {
    return `api ${this.#index + 1}`;
  }
  get alive(): boolean {
    return this.#alive;
  }
  get ready(): boolean {
    return this.#ready;
  }

  async kill(): Promise<void> {
    this.#alive = false;
    this.#ready = false;
    this.#killed.add(this.#process);
    this.#process.signal('SIGKILL');
    await this.#process.ended;
  }

  /** It may be killed again from the moment that it starts. */
  async revive(): Promise<boolean> {
    for (const deadline = Date.now() + STARTED_WITHIN_MILLISECONDS; Date.now() < deadline; ) {
      const process = this.#world.launch(this.#index);
      this.#process = process;
      this.#alive = true;
      try {
        await process.ready();
        if (this.#killed.has(process)) return false;
        this.#ready = true;
        this.#watch(process);
        return true;
      } catch {
        if (this.#killed.has(process)) return false;
      }
      // Its database is gone as well, most likely.
      await process.stop();
      this.#alive = false;
      await sleep(START_AGAIN_AFTER_MILLISECONDS);
    }
    const last = this.#world.output.slice(-20).join('\n');
    throw new Error(`${this.name} did not start again, with everything else up. What was written last:\n${last}`);
  }

  /** Nothing that happens to its servers may end one that was ready. */
  #watch(process: ApiProcess): void {
    void process.ended.then((how) => {
      if (this.#killed.has(process) || this.#world.stopping) return;
      this.#alive = false;
      this.#ready = false;
      this.#complain(`${this.name} ended by itself: ${how}`);
      void this.revive().catch((error: Error) => this.#complain(error.message));
    });
  }
}

class ServerVictim implements Victim {
  readonly kind: Kind & ServiceName;
  readonly #world: World;
  readonly #path: string | null;
  #alive = true;

  /** @param path what the service can only answer with it */
  constructor(world: World, kind: Kind & ServiceName, path: string | null) {
    this.#world = world;
    this.kind = kind;
    this.#path = path;
  }

  get name(): string {
    return this.kind;
  }
  get alive(): boolean {
    return this.#alive;
  }
  get ready(): boolean {
    return this.#alive;
  }

  async kill(): Promise<void> {
    this.#alive = false;
    await this.#world.services.kill(this.kind);
  }

  async revive(): Promise<boolean> {
    await this.#world.services.restart(this.kind);
    this.#alive = true;
    while (this.#alive && this.#path !== null && !(await this.#answers(this.#path))) {
      await sleep(LOOK_EVERY_MILLISECONDS);
    }
    return this.#alive;
  }

  async #answers(path: string): Promise<boolean> {
    const answers = this.#world.processes.map(({ url }) => ask(url, 'GET', path).catch(() => null));
    return (await Promise.all(answers)).some((answer) => answer?.status === 200);
  }
}

/** Everything of a world that can be killed. @param complain about what ends by itself */
export function victimsOf(world: World, complain: (what: string) => void): Victim[] {
  return [
    ...world.processes.map((_, index) => new ApiVictim(world, index, complain)),
    new ServerVictim(world, 'redis', '/api/v1/queue/main'),
    new ServerVictim(world, 'postgres', '/readyz'),
    new ServerVictim(world, 'kafka', null),
  ];
}
