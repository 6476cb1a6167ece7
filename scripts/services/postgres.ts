// A PostgreSQL server of our own: loopback only, a random password, and fsync on, since crash tests and the bench
// are about what reaches the disk.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { controlsOf, Daemon } from './daemon.ts';
import { findProgram, isRoot, need } from './install.ts';
import { onFreePort } from './ports.ts';
import type { RunningService, Surroundings } from './service.ts';
import { Unavailable } from './service.ts';

const run = promisify(execFile);

const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_preload_libraries = ''
fsync = on
synchronous_commit = on
# Files in the data folder instead of /dev/shm, where a killed server would leave them for good.
dynamic_shared_memory_type = mmap
log_line_prefix = '%m [%p] '
`;
const ONLY_LOOPBACK = 'host all all 127.0.0.1/32 scram-sha-256\n';

/** Debian keeps the server's programs out of PATH, one folder a version: the newest wins. */
function findInitdb(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number).filter(Number.isInteger) : [];
  const folders = versions.sort((a, b) => b - a).map((version) => `${debian}/${version}/bin`);
  return findProgram('initdb', folders);
}

/** PostgreSQL refuses to run as root: root lends it the account that the package made. */
async function accountToRunAs(): Promise<{ uid: number; gid: number } | undefined> {
  if (!isRoot) return undefined;
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    throw new Unavailable(
      'PostgreSQL refuses to run as root and there is no user `postgres`: add one, or do not be root.',
    );
  }
}

const reachableByAll = (folder: string): boolean =>
  (statSync(folder).mode & 0o001) !== 0 && (folder === dirname(folder) || reachableByAll(dirname(folder)));

/** The data's folder: in the run's, or, where the server's account can't come there, noted in the run's. */
function dataFolder(runFolder: string, account: { uid: number; gid: number } | undefined): string {
  const note = join(runFolder, 'postgres.elsewhere');
  if (existsSync(note)) {
    const noted = readFileSync(note, 'utf8');
    if (existsSync(noted)) return noted;
  }
  const here = !account || reachableByAll(runFolder);
  const folder = here ? join(runFolder, 'postgres') : mkdtempSync(join(tmpdir(), 'jari-postgres-'));
  if (here) mkdirSync(folder, { recursive: true, mode: 0o700 });
  else writeFileSync(note, folder);
  if (account) chownSync(folder, account.uid, account.gid);
  return folder;
}

async function initialise(initdb: string, data: string, account: { uid: number; gid: number } | undefined) {
  const password = randomBytes(18).toString('hex');
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const args = ['-D', data, '-U', 'jari', '--pwfile', passwordFile, '--auth=scram-sha-256'];
  // No sync here: the folder is new, so after a crash of the machine it is made again. The server itself does sync.
  await run(initdb, [...args, '--encoding=UTF8', '--locale=C', '--no-sync'], { ...account, cwd: '/' });
  appendFileSync(join(data, 'postgresql.conf'), SETTINGS);
  writeFileSync(join(data, 'pg_hba.conf'), ONLY_LOOPBACK);
}

/** Throws unless the server takes queries. */
export async function postgresAnswers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => {}); // the awaited call is rejected as well
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => {});
  }
}

/** Starts it, with a new data folder unless the run has one already. */
export async function startPostgres({ folder, say }: Surroundings): Promise<RunningService> {
  const advice =
    'PostgreSQL 15 or newer was not found: install it (Debian: apt-get install postgresql; macOS: brew install postgresql), or set JARI_TEST_DATABASE_URL.';
  const initdb = await need(findInitdb, ['postgresql'], advice, say);
  const account = await accountToRunAs();
  const data = dataFolder(folder, account);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(initdb, data, account);
  const password = readFileSync(`${data}.password`, 'utf8');

  return onFreePort(async (port) => {
    const url = `postgres://jari:${password}@127.0.0.1:${port}/postgres`;
    const daemon = new Daemon({
      title: 'PostgreSQL',
      command: join(dirname(initdb), 'postgres'),
      args: ['-D', data, '-p', String(port)],
      cwd: '/',
      user: account,
      logFile: join(data, 'postgres.log'),
      healthy: () => postgresAnswers(url),
      stopSignal: 'SIGINT', // "fast": ends the sessions, then stops with everything written
    });
    await daemon.start();
    return {
      url,
      folders: [data, `${data}.password`, join(folder, 'postgres.elsewhere')],
      ...controlsOf([daemon]),
      restart: () => daemon.start(),
      stop: async () => {
        await daemon.stop();
        await removeSharedMemory(data);
      },
    };
  });
}

/** A killed server leaves a small System V segment behind; its id stands beside its key in postmaster.pid. */
async function removeSharedMemory(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const id = /^ *\d+ +(\d+) *$/m.exec(readFileSync(pidFile, 'utf8'))?.[1];
  if (id) await run('ipcrm', ['-m', id]).catch(() => {});
}
