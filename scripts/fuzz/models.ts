// The models that the tests have, with many more sequences of commands. fast-check prints the seed of one that fails.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const MODELS = ['test/queue/model.test.ts', 'test/reservation/model.test.ts'];
/** A sequence on the slowest of the stores takes a second or two on a busy machine. */
const MILLISECONDS_A_RUN = 5_000;

/** Whether the stores did all that their models do. */
export function runModels(runs: number): boolean {
  const args = ['scripts/test.ts', ...MODELS];
  const env = { ...process.env, PROPERTY_RUNS: String(runs), PROPERTY_MILLISECONDS: String(runs * MILLISECONDS_A_RUN) };
  return spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' }).status === 0;
}
