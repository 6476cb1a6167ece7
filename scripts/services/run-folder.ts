// A run is one keeper with the services it keeps, and one folder with their data. `state.json` in the folder says who
// keeps it; it is there exactly as long as the run lives, or until somebody sweeps up after a keeper that was killed.
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isAlive, killFamily, markOf, type ProcessMark } from './process-table.ts';
import type { Outcome, ServiceName } from './service.ts';

/** Where runs lie unless told otherwise; git ignores it. */
export const BASE_FOLDER = join(import.meta.dirname, '../../.jari/services');
const PRIVATE_PREFIX = 'run-';

export interface RunState {
  readonly keeper: ProcessMark;
  readonly keepData: boolean;
  readonly outcomes: Partial<Record<ServiceName, Outcome>>;
  readonly processes: readonly ProcessMark[];
  /** To be deleted with the run, some of them outside its folder. */
  readonly folders: readonly string[];
}

export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

const stateFile = (folder: string) => join(folder, 'state.json');

export function readState(folder: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(folder), 'utf8')) as RunState;
  } catch {
    return undefined;
  }
}

/** The state of a run that lives, undefined when there is none. */
export function readLiveState(folder: string): RunState | undefined {
  const state = readState(folder);
  return state && isAlive(state.keeper) ? state : undefined;
}

// Written beside and moved in, so that no reader sees half of it; readable by its owner alone, for the passwords in it.
function writeBeside(folder: string, state: RunState): string {
  const draft = `${stateFile(folder)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(state, null, 2), { mode: 0o600 });
  return draft;
}

export function writeState(folder: string, state: RunState): void {
  renameSync(writeBeside(folder, state), stateFile(folder));
}

export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755); // whatever the umask: PostgreSQL's account must pass through when we are root
}

export function makePrivateFolder(base: string): string {
  makeFolder(base);
  const folder = mkdtempSync(join(base, PRIVATE_PREFIX));
  chmodSync(folder, 0o755);
  return folder;
}

/** Makes this process the folder's keeper. Throws FolderInUse when a living one has it. */
export async function claimFolder(folder: string, keepData: boolean): Promise<RunState> {
  makeFolder(folder);
  await sweep(folder);
  const keeper = markOf(process.pid);
  if (!keeper) throw new Error('this process does not find itself in the process table');
  const state: RunState = { keeper, keepData, outcomes: {}, processes: [], folders: [] };
  const draft = writeBeside(folder, state);
  try {
    linkSync(draft, stateFile(folder)); // unlike a rename, fails when another keeper was quicker
  } catch {
    throw new FolderInUse(`${folder} is in use by the services of process ${readState(folder)?.keeper.pid}`);
  } finally {
    rmSync(draft, { force: true });
  }
  return state;
}

const removeFolder = (folder: string) =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });

/** Ends a run whose services have stopped: its data goes unless it is to be kept, then its state. */
export function releaseFolder(folder: string, { keepData, folders }: RunState): void {
  if (!keepData) for (const path of folders) removeFolder(path);
  if (keepData) rmSync(stateFile(folder), { force: true });
  else removeFolder(folder);
}

/** Cleans up after a keeper that was killed: ends what it left running, deletes what it left lying. */
export async function sweep(folder: string): Promise<void> {
  const state = readState(folder);
  if (!state || isAlive(state.keeper)) return;
  await Promise.all(state.processes.filter(isAlive).map(({ pid }) => killFamily(pid)));
  if (!state.keepData) for (const path of state.folders) removeFolder(path);
  rmSync(stateFile(folder), { force: true });
}

/** Cleans up after every private run of the base folder whose keeper was killed. */
export async function sweepPrivateRuns(base: string): Promise<void> {
  if (!existsSync(base)) return;
  for (const name of readdirSync(base).filter((entry) => entry.startsWith(PRIVATE_PREFIX))) {
    const folder = join(base, name);
    const state = readState(folder);
    if (!state || isAlive(state.keeper)) continue;
    await sweep(folder);
    if (!state.keepData) removeFolder(folder);
  }
}
