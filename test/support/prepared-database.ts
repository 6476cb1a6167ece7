// A database that a first start has already made, to copy instead of making it again: a service that starts on a copy
// is ready in a third of the time. Made anew when one of the files that it comes from has changed.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { demoConcerts } from '../../server/catalog/demo/concerts.ts';
import { sqlCatalogStore } from '../../server/catalog/sql/store.ts';
import { migrate } from '../../server/db/migrate.ts';
import { openPglite } from '../../server/db/pglite/driver.ts';

const ROOT = join(import.meta.dirname, '../..');
const KEPT = join(ROOT, '.jari/tests');
const SOURCES = ['server/db/**/*', 'server/*/sql/*.sql', 'server/catalog/**/*.ts', 'package-lock.json'];

const KEPT_MILLISECONDS = 6 * 3_600_000;

let prepared: Promise<string> | null = null;

/** Puts a migrated database with the demonstration data into an empty data folder. */
export async function copyPreparedDatabase(dataDir: string): Promise<void> {
  prepared ??= prepare();
  cpSync(join(await prepared, 'database'), join(dataDir, 'database'), { recursive: true });
}

async function prepare(): Promise<string> {
  const name = `database-${fingerprint()}`;
  const folder = join(KEPT, name);
  if (existsSync(folder)) return folder;
  mkdirSync(KEPT, { recursive: true });
  const draft = join(KEPT, `draft-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  const database = await openPglite(join(draft, 'database'));
  await migrate(database);
  await sqlCatalogStore(database).add(demoConcerts(new Date()));
  await database.close();
  try {
    renameSync(draft, folder);
  } catch {
    // Another worker was faster, and its is as good.
    rmSync(draft, { recursive: true, force: true });
  }
  forgetOld();
  return folder;
}

/** Not those of the last hours: another run may be copying one. */
function forgetOld(): void {
  for (const name of readdirSync(KEPT)) {
    const folder = join(KEPT, name);
    if (statSync(folder).mtimeMs < Date.now() - KEPT_MILLISECONDS) rmSync(folder, { recursive: true, force: true });
  }
}

/** Of everything that decides what a first start makes. The demonstration's dates count from today. */
function fingerprint(): string {
  const hash = createHash('sha256').update(new Date().toISOString().slice(0, 10));
  const files = globSync(SOURCES, { cwd: ROOT, withFileTypes: true }).filter((file) => file.isFile());
  for (const file of files.map(({ parentPath, name }) => join(parentPath, name)).sort()) {
    hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}
