// Schemathesis (PyPI) against the service's own document, in an environment of its own under .jari.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OPS_TOKEN, startFuzzed } from './service.ts';

const FOLDER = join(import.meta.dirname, '../../.jari/schemathesis');
const ST = join(FOLDER, 'bin/st');
const OPERATORS = '^/(ops|metrics)';
/** Whether what fits the document is taken is our own oracle's: the document can't say all that a request needs. */
const EXCEPT = ['--exclude-checks', 'positive_data_acceptance', '--exclude-path', '/api/v1/token/events'];

/** Whether it finds nothing; also when it can't be had, which is said loudly. */
export async function runSchemathesis(examples: number, seed: number, say: (line: string) => void): Promise<boolean> {
  if (!installed(say)) {
    say('!! SKIPPED: Schemathesis needs python3 with venv, and PyPI. Nothing was checked.');
    return true;
  }
  const service = await startFuzzed('embedded', 'open', say);
  try {
    const common = [
      'run',
      `${service.urls[0]}/openapi.json`,
      '-n',
      String(examples),
      '--seed',
      String(seed),
      ...EXCEPT,
    ];
    const runs = [
      [...common, '--exclude-path-regex', OPERATORS],
      [...common, '--include-path-regex', OPERATORS, '-H', `Authorization: Bearer ${OPS_TOKEN}`],
    ];
    const found = runs.map((args) => spawnSync(ST, args, { cwd: FOLDER, stdio: 'inherit' }).status === 0);
    return found.every(Boolean) && service.ended() === undefined;
  } finally {
    await service.stop();
  }
}

function installed(say: (line: string) => void): boolean {
  if (existsSync(ST)) return true;
  say('installing Schemathesis into .jari/schemathesis, once …');
  const done = (command: string, ...args: string[]) =>
    spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status === 0;
  return done('python3', '-m', 'venv', FOLDER) && done(join(FOLDER, 'bin/pip'), 'install', '--quiet', 'schemathesis');
}
