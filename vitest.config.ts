import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const globalSetup = './test/support/global-setup.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real servers, processes and 2 cores: few files at a time, and generous time for each.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    execArgv: ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'],
    ...(existsSync(new URL(globalSetup, import.meta.url)) && { globalSetup }),
  },
});
