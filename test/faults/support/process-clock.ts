// A clock for one process that can be set, by Debian's libfaketime: only that process's times of day jump. What it measures
// and waits by is its monotonic clock, which no machine's owner can set, so that is left alone.
import { globSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { need } from '../../../scripts/services/install.ts';
import { Unavailable } from '../../../scripts/services/service.ts';
import { refuseOrWarn } from '../../support/servers.ts';

/** For programs of several threads. */
const find = () => globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0];
const ADVICE = 'Install faketime (Debian: apt-get install faketime), or run the tests as root, who installs it.';

export class ProcessClock {
  /** For the process whose clock it is. */
  readonly env: Record<string, string>;
  readonly #folder: string;
  readonly #file: string;

  private constructor(library: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'jari-clock-'));
    this.#file = join(this.#folder, 'offset');
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
    this.jump(0);
  }

  /** Null, said loudly, where it can't be had; throws under CI=true. */
  static async make(): Promise<ProcessClock | null> {
    try {
      return new ProcessClock(await need(find, ['faketime'], ADVICE, console.warn));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      refuseOrWarn('faketime', error.message);
      return null;
    }
  }

  /** From now on that clock is so many seconds ahead of everybody else's. */
  jump(seconds: number): void {
    // It is read at every look at the clock, so it must never be seen half written.
    writeFileSync(`${this.#file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
