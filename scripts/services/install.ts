// Finds the programs that the services need, and on a Debian-like system installs them when we are root.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Unavailable } from './service.ts';
import { inTurn } from './turn.ts';

export const isRoot = process.getuid?.() === 0;
const canInstall = isRoot && existsSync('/usr/bin/apt-get');

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function findProgram(name: string, furtherFolders: readonly string[] = []): string | undefined {
  const folders = [...furtherFolders, ...(process.env.PATH ?? '').split(delimiter)];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** Runs a program to its end. `code` is null when it could not be started; `output` says why then. */
export function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: '/',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

// Debian starts what it installs, and makes a database cluster of its own. Neither is wanted here; both can be
// declined by a file for as long as the installation takes. A file that stands there already says what its owner wants.
const DECLINE = [
  { path: '/usr/sbin/policy-rc.d', text: '#!/bin/sh\nexit 101\n', mode: 0o755 },
  { path: '/etc/postgresql-common/createcluster.d/jari.conf', text: 'create_main_cluster = false\n', mode: 0o644 },
];

async function withoutSystemServices<T>(work: () => Promise<T>): Promise<T> {
  const ours = DECLINE.filter(({ path }) => !existsSync(path));
  for (const { path, text, mode } of ours) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { mode });
  }
  try {
    return await work();
  } finally {
    for (const { path } of ours) rmSync(path, { force: true });
  }
}

async function aptInstall(packages: readonly string[], say: (line: string) => void): Promise<void> {
  say(`installing ${packages.join(' ')} with apt-get, as we are root on a Debian-like system …`);
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const install = ['install', '-y', '-q', '--no-install-recommends', ...wait, ...packages];
  const { code, output } = await withoutSystemServices(async () => {
    const first = await run('apt-get', install);
    if (first.code === 0) return first;
    await run('apt-get', ['update', '-q', ...wait]); // a fresh image has no lists, an old one has stale ones
    return run('apt-get', install);
  });
  if (code !== 0) {
    const reason = output.trim().split('\n').slice(-4).join('\n');
    throw new Unavailable(
      `apt-get could not install ${packages.join(' ')}; install it by hand and try again.\n${reason}`,
    );
  }
}

/**
 * Returns what `find` finds, installing `packages` first when it finds nothing and we may.
 * Throws Unavailable with `advice` otherwise.
 */
export async function need<T>(
  find: () => T | undefined,
  packages: readonly string[],
  advice: string,
  say: (line: string) => void,
): Promise<T> {
  const present = find();
  if (present !== undefined) return present;
  if (!canInstall) throw new Unavailable(advice);
  // Two at once would meet at apt's locks, and at the files of DECLINE.
  return inTurn(join(tmpdir(), 'jari-apt-get'), async () => {
    if (find() === undefined) await aptInstall(packages, say);
    const installed = find();
    if (installed === undefined) throw new Unavailable(advice);
    return installed;
  });
}
