import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const globalSetup = './test/support/global-setup.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real servers, processes and 2 cores: few files at a time, one more than cores since they wait as much as they work,
    // and generous time for each.
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    execArgv: ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'],
    ...(existsSync(new URL(globalSetup, import.meta.url)) && { globalSetup }),
  },
});
