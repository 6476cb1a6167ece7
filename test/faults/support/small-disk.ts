// A small file system of its own, to be filled: in memory, and only root can mount it.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, 'filler');
  }

  /** @returns null, and says so, where it can't be mounted */
  static mount(megabytes: number): SmallDisk | null {
    const folder = mkdtempSync(join(tmpdir(), 'jari-small-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder], { stdio: 'ignore' });
      return new SmallDisk(folder);
    } catch {
      rmSync(folder, { recursive: true });
      console.warn('\n!! SKIPPED: a full disk. Only root can mount the small file system for it.\n');
      return null;
    }
  }

  /** Leaves no room at all. */
  fill(): void {
    for (let bytes = 1 << 24; bytes >= 1 << 12; ) {
      try {
        appendFileSync(this.#filler, Buffer.alloc(bytes));
      } catch {
        bytes >>= 1; // less may still fit
      }
    }
  }

  makeRoom(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}
