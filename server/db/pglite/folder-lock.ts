import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another live process has the folder open. The message says which and what to do. */
export class FolderInUse extends Error {
  override name = 'FolderInUse';
}

/**
 * Takes an exclusive lock beside a database folder. PGlite takes none, and two processes in one folder corrupt it.
 * SQLite's lock on a file is the operating system's own: it ends with the process that holds it, however that dies,
 * so a stale lock cannot exist and nothing has to guess whether an owner is still alive.
 * @returns a function that gives the lock back
 * @throws FolderInUse
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(dirname(folder), { recursive: true });
  const owner = join(dirname(folder), 'owner.pid');
  const lock = new DatabaseSync(join(dirname(folder), 'lock.sqlite'), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new FolderInUse(
      `${dirname(folder)} is in use by another jari${ownerOf(owner)}. Stop that one, or set DATA_DIR to another folder.`,
      { cause },
    );
  }
  writeFileSync(owner, String(process.pid));
  return () => lock.close();
}

function ownerOf(file: string): string {
  try {
    return ` (process ${readFileSync(file, 'utf8')})`;
  } catch {
    return '';
  }
}
