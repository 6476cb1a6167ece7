// What the tests say of the stores for all inputs, with many more of them. fast-check prints the seed of one that fails.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** The commands of the stores, one after the other, against their models. */
const MODELS = ['test/queue/model.test.ts', 'test/reservation/model.test.ts'];
/** Their arguments: whole batches against the models, and what no adapter would send. */
const STORES = ['test/fuzz/stores'];
/** A sequence on the slowest of the stores takes a second or two on a busy machine. */
const MILLISECONDS_A_RUN = 5_000;

/** Whether the stores did all that their models do. */
export const runModels = (runs: number): boolean => run(MODELS, runs);

/** Whether the stores stayed whole, whatever they were given. */
export const runStores = (runs: number, seed: number): boolean => run(STORES, runs, { PROPERTY_SEED: String(seed) });

function run(files: readonly string[], runs: number, settings: Record<string, string> = {}): boolean {
  const args = ['scripts/test.ts', ...files];
  const bounds = { PROPERTY_RUNS: String(runs), PROPERTY_MILLISECONDS: String(runs * MILLISECONDS_A_RUN) };
  const env = { ...process.env, ...bounds, ...settings };
  return spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' }).status === 0;
}
