import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Stores } from './stores.ts';

/** An event of this type kills the process whose consumer "mortal" is given it. */
export const DEADLY = 'test.deadly';

/** Processes that are started again whenever they end, as a supervisor would. */
export class Processes {
  /** How many ended so far. */
  deaths = 0;
  readonly #stores: Stores;
  #running: ChildProcess[] = [];
  #stopped = false;

  constructor(stores: Stores, count: number) {
    this.#stores = stores;
    for (let i = 0; i < count; i++) this.#start();
  }

  /** SIGKILL to one of them. */
  kill(which: number): void {
    this.#running[which % this.#running.length]?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const ended = this.#running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all(ended);
  }

  #start(): void {
    const child = fork(join(import.meta.dirname, 'bus-process.ts'), [JSON.stringify(this.#stores)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#running.push(child);
    child.once('exit', () => {
      if (this.#stopped) return;
      this.deaths++;
      this.#running = this.#running.filter((other) => other !== child);
      this.#start();
    });
  }
}
