// Whether the pages in web/dist are those of the sources in web/. By content: a checkout changes every file's time.
// Plain JavaScript, as scripts/run.mjs uses it before anything else has run.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const DIST = 'web/dist';
const STAMP = '.sources';

/** A hash of everything that the pages are made from: their sources, the tools' versions, the way they are built. */
export function sourcesHash(root) {
  const hash = createHash('sha256');
  const add = (path) => hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort(byName)) {
      const path = `${folder}/${entry.name}`;
      if (path === DIST || entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) walk(path);
      else add(path);
    }
  };
  walk('web');
  walk('scripts/pages');
  add('package-lock.json');
  return hash.digest('hex');
}

/** False as well when the pages are missing or half there. */
export function areBuilt(root) {
  try {
    return readFileSync(join(root, DIST, STAMP), 'utf8') === sourcesHash(root);
  } catch {
    return false;
  }
}

export const stampPath = (folder) => join(folder, STAMP);

const byName = (a, b) => (a.name < b.name ? -1 : 1);
