import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Secret {
  value: string;
  /** True when it came from DATA_DIR and not from a setting. */
  kept: boolean;
}

/** A secret from the settings, else one that is made at the first start and kept in `dataDir`, readable by us alone. */
export function secretOf(setting: string | undefined, dataDir: string, file: string): Secret {
  if (setting !== undefined) return { value: setting, kept: false };
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, file);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 });
  try {
    // Fails when the file is there already: of processes that start together, one decides and all read the same.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return { value: readFileSync(path, 'utf8').trim(), kept: true };
}
