// Formatting and lint, types, and the arrows between folders. Prints what each found; exits 1 when any found something.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const installed = (file: string) => join(root, 'node_modules', file);
// TypeScript 7 checks; `typescript` is 6, for tools that use its API, which 7 does not have yet.
const tsc = (...args: string[]): [string, string[]] => [process.execPath, [installed('typescript-7/bin/tsc'), ...args]];
const folders = [
  'server',
  'contract',
  'charts',
  'load/runner',
  'load/report',
  'scripts',
  'test',
  'bench',
  'web',
].filter((f) => existsSync(join(root, f)));

const checks: [string, string, string[]][] = [
  ['format and lint', installed('.bin/biome'), ['check', '.']],
  ['types', ...tsc('--noEmit')],
  [
    'arrows',
    process.execPath,
    [installed('dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', '.dependency-cruiser.mjs', ...folders],
  ],
];
for (const [name, folder] of [
  ['types of the pages', 'web'],
  ['types of their tests', 'test/browser'],
] as const) {
  if (existsSync(join(root, folder))) checks.push([name, ...tsc('-p', folder, '--noEmit')]);
}
if (existsSync(join(root, 'load/tsconfig.json')))
  checks.push(['types of k6 scripts', ...tsc('-p', 'load', '--noEmit')]);

let failed = 0;
for (const [name, command, args] of checks) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  const ok = result.status === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
  if (!ok) {
    failed++;
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
