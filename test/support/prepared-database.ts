// An embedded database that has already been made, to copy instead of making it again: a copy is open in a fifth of the
// time. Made anew when one of the files that it comes from has changed.
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

/** As a first start leaves it, with the demonstration data, or migrated and without a row. */
type Content = 'demonstration' | 'empty';
const prepared = new Map<Content, Promise<string>>();

/** Puts a migrated database into an empty data folder. */
export async function copyPreparedDatabase(dataDir: string, content: Content = 'demonstration'): Promise<void> {
  const folder = prepared.get(content) ?? prepare(content);
  prepared.set(content, folder);
  cpSync(join(await folder, 'database'), join(dataDir, 'database'), { recursive: true });
}

async function prepare(content: Content): Promise<string> {
  const name = `${content}-${fingerprint()}`;
  const folder = join(KEPT, name);
  if (existsSync(folder)) return folder;
  mkdirSync(KEPT, { recursive: true });
  const draft = join(KEPT, `draft-${content}-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  if (content === 'demonstration') await copyPreparedDatabase(draft, 'empty');
  const database = await openPglite(join(draft, 'database'));
  if (content === 'empty') await migrate(database);
  else await sqlCatalogStore(database).add(demoConcerts(new Date()));
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
