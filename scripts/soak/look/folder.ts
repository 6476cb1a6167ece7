import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Look, MEGABYTE } from './look.ts';

/** The folder of the embedded database, which nobody else may open: its size, with the log that is written first. */
export const lookAtFolder = (folder: string): Look => ({
  async read() {
    const size = sizeOf(folder) / MEGABYTE;
    return [{ name: 'folder of the database', unit: 'MB', value: size, rule: { kind: 'PER_WORK', floor: 64 } }];
  },
  close: async () => {},
});

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0));
  }, 0);
}
