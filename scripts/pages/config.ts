import { join } from 'node:path';
import type { InlineConfig } from 'vite';

export const ROOT = join(import.meta.dirname, '../..');

/** What building and developing the pages have in common. Nothing but web/ is read; no config file is looked for. */
export const PAGES: InlineConfig = {
  root: join(ROOT, 'web'),
  configFile: false,
  envDir: false,
  publicDir: false,
  cacheDir: join(ROOT, 'node_modules/.vite-pages'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Everything is a file of its own with a hashed name, so that the pages need no inline content (CSP) and may be cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { fan: join(ROOT, 'web/index.html'), ops: join(ROOT, 'web/ops.html') },
    },
  },
  worker: { format: 'es' },
};
