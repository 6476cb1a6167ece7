import { fdatasyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The part of Emscripten's file system that we touch. */
interface EmscriptenModule {
  NODEFS: { stream_ops: { fsync?: (stream: { nfd?: number }) => number } };
}

/**
 * PGlite's file system on a folder, with commits that reach the disk. PGlite starts PostgreSQL with fsync off, and its
 * file system has no fsync at all: both are put right here, so that an answered commit survives a power cut too.
 */
export class DurableFs extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const made = await super.init(...args);
    const addFsync = (module: EmscriptenModule) => {
      module.NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fdatasyncSync(stream.nfd);
        return 0;
      };
    };
    const preRun = made.emscriptenOpts.preRun as unknown as ((module: EmscriptenModule) => void)[];
    preRun.push(addFsync);
    return made;
  }
}

/** PostgreSQL's arguments: PGlite's own without `-F`. Emscripten's fdatasync does nothing, so WAL is synced by fsync. */
export function durableStartParams(): string[] {
  const defaults = PGlite as unknown as { defaultStartParams: string[] };
  return [...defaults.defaultStartParams.filter((p) => p !== '-F'), '-c', 'wal_sync_method=fsync'];
}
