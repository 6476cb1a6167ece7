// Builds the pages into web/dist: beside it first, then in its place, so that a service never serves half of them.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { PAGES, ROOT } from './config.ts';
import { areBuilt, DIST, sourcesHash, stampPath } from './stamp.mjs';

const COMPRESSIBLE = /\.(js|css|svg|html)$/;

/** Builds when web/dist is missing or not of today's sources. Several processes may do so at once. */
async function buildPages(root: string): Promise<void> {
  if (areBuilt(root)) return;
  const hash = sourcesHash(root);
  const draft = join(root, `web/.dist-${process.pid}`);
  try {
    await build({ ...PAGES, logLevel: 'warn', build: { ...PAGES.build, outDir: draft, emptyOutDir: true } });
    compress(join(draft, 'assets'));
    writeFileSync(stampPath(draft), hash);
    replace(join(root, DIST), draft);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Once, here, with all effort, and not at every request. */
function compress(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => COMPRESSIBLE.test(file))) {
    const path = join(folder, name);
    const content = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  }
}

function replace(folder: string, draft: string): void {
  const old = `${draft}-old`;
  mkdirSync(join(folder, '..'), { recursive: true });
  if (existsSync(folder)) renameSync(folder, old);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another process was quicker; its pages are of the same sources.
    if (!existsSync(folder)) throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

if (import.meta.main) {
  // Whatever it is outside: Vite would build pages for development.
  process.env.NODE_ENV = 'production';
  await buildPages(ROOT);
}
