// What a run of services has on the machine: processes, shared memory, files.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { familyOf, isAlive, type ProcessMark } from '../../scripts/services/process-table.ts';
import { readState } from '../../scripts/services/run-folder.ts';

export interface Footprint {
  readonly processes: readonly ProcessMark[];
  readonly folders: readonly string[];
}

/** The keeper with all its descendants, and the folders of the run. */
export function footprintOf(dir: string): Footprint {
  const state = readState(dir);
  if (!state) throw new Error(`${dir} is no folder of a run`);
  return { processes: familyOf(state.keeper.pid), folders: [dir, ...state.folders] };
}

/** What is left of it, in words; empty when nothing is. Processes that are on their way out are waited for. */
export async function leftOf({ processes, folders }: Footprint): Promise<string[]> {
  const lives = () => processes.filter(isAlive);
  for (const deadline = Date.now() + 30_000; lives().length > 0 && Date.now() < deadline; ) await sleep(50);
  return [
    ...lives().map(({ pid }) => `process ${pid}`),
    ...folders.filter((folder) => existsSync(folder)).map((folder) => `folder ${folder}`),
    ...sharedMemoryOf(processes.map(({ pid }) => pid)).map((line) => `shared memory ${line}`),
  ];
}

/** System V segments by the process that made them; only Linux lists them in a file. */
function sharedMemoryOf(pids: readonly number[]): string[] {
  const table = '/proc/sysvipc/shm';
  if (!existsSync(table)) return [];
  const [, ...lines] = readFileSync(table, 'utf8').trim().split('\n');
  return lines.filter((line) => pids.includes(Number(line.trim().split(/\s+/)[4])));
}
