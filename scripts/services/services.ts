// Starts private instances of the services that jari can run on: for tests, for the bench, for a full-size try-out.
import { fork } from 'node:child_process';
import { join, resolve } from 'node:path';
import { KeeperChannel } from './keeper-channel.ts';
import { BASE_FOLDER, makePrivateFolder, sweepPrivateRuns } from './run-folder.ts';
import type { AppendFsync, Outcome, ServiceName, UrlVariable } from './service.ts';
import { URL_VARIABLE } from './service.ts';

export interface ServicesOptions {
  readonly names: readonly ServiceName[];
  /** The folder of this run. Default: a fresh one under .jari/services. */
  readonly dir?: string;
  /** Keep the data when the services stop; the next run in the same `dir` goes on with it. Default: false. */
  readonly keepData?: boolean;
  /** How often Redis syncs its append-only file. Default: everysec, Redis' own. */
  readonly appendfsync?: AppendFsync;
  /** Start them even where the environment gives a URL of one: for whoever means to kill them. Default: false. */
  readonly own?: boolean;
  /** Gets a line when something takes long. Default: to stderr. */
  readonly say?: (line: string) => void;
}

export interface Services {
  /** What is up, under the name of the environment variable that jari reads it from. */
  readonly urls: Readonly<Partial<Record<UrlVariable, string>>>;
  /** One a requested name: up, or why not and what to do about it. */
  readonly outcomes: Readonly<Partial<Record<ServiceName, Outcome>>>;
  /** SIGKILL, to try out a crash. `node` picks one node of the cluster (0 to 2), else all. Resolves when it is gone. */
  kill(name: ServiceName, node?: number): Promise<void>;
  /** Starts it again after kill, on the same port with the same data. Resolves when it answers. */
  restart(name: ServiceName): Promise<void>;
  /** Makes it silent with its connections open (SIGSTOP), until thaw. */
  freeze(name: ServiceName): Promise<void>;
  thaw(name: ServiceName): Promise<void>;
  /** Lets the services run on after this process has ended, until their keeper gets SIGTERM. */
  detach(): Promise<void>;
  /** Stops all that was started here and deletes the data unless it is to be kept. Idempotent. */
  stop(options?: { keepData?: boolean }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A URL in the environment wins over starting, unless the services are to be the caller's own. */
function given(name: ServiceName): string | undefined {
  return process.env[`JARI_TEST_${URL_VARIABLE[name]}`] || undefined;
}

const toStderr = (line: string) => void process.stderr.write(`jari services: ${line}\n`);

function startKeeper(): KeeperChannel {
  const keeper = fork(join(import.meta.dirname, 'keeper.ts'), [], {
    cwd: '/',
    detached: true, // out of reach of the terminal's Ctrl-C and of a kill of the owner's process group
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new KeeperChannel(keeper);
}

/**
 * Resolves when every requested service answers or is known not to be had: look at `outcomes` for which is which.
 * Throws when one that could be had did not start; nothing is left running then.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { names, keepData = false, appendfsync = 'everysec', own = false, say = toStderr } = options;
  const outcomes: Partial<Record<ServiceName, Outcome>> = {};
  for (const name of names) {
    const url = own ? undefined : given(name);
    if (url) outcomes[name] = { state: 'up', url, given: true, startMs: 0 };
  }
  const toStart = [...new Set(names)].filter((name) => !outcomes[name]);

  let keeper: KeeperChannel | undefined;
  if (toStart.length > 0) {
    await sweepPrivateRuns(BASE_FOLDER);
    const folder = options.dir ? resolve(options.dir) : makePrivateFolder(BASE_FOLDER);
    keeper = startKeeper();
    keeper.onSay = say;
    try {
      const request = { do: 'start', names: toStart, folder, options: { appendfsync, keepData } } as const;
      Object.assign(outcomes, await keeper.ask(request));
    } catch (error) {
      await keeper.stop(keepData);
      throw error;
    }
  }

  const urls: Partial<Record<UrlVariable, string>> = {};
  for (const name of names) {
    const outcome = outcomes[name];
    if (outcome?.state === 'up') urls[URL_VARIABLE[name]] = outcome.url;
  }
  return { urls, outcomes, ...controls(keeper, outcomes, keepData) };
}

function controls(keeper: KeeperChannel | undefined, outcomes: Services['outcomes'], keepData: boolean) {
  const keeperOf = (name: ServiceName): KeeperChannel => {
    const outcome = outcomes[name];
    if (outcome?.state === 'up' && !outcome.given && keeper) return keeper;
    throw new Error(`${name} was not started here (${outcome?.state ?? 'not asked for'}), so it can't be controlled`);
  };
  const stop = async (options?: { keepData?: boolean }) => keeper?.stop(options?.keepData ?? keepData);
  return {
    kill: async (name: ServiceName, node?: number) => void (await keeperOf(name).ask({ do: 'kill', name, node })),
    restart: async (name: ServiceName) => void (await keeperOf(name).ask({ do: 'restart', name })),
    freeze: async (name: ServiceName) => void (await keeperOf(name).ask({ do: 'freeze', name })),
    thaw: async (name: ServiceName) => void (await keeperOf(name).ask({ do: 'thaw', name })),
    detach: async () => void (await keeper?.ask({ do: 'detach' })),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}
