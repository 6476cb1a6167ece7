// Reads the machine's process table: who is whose child, and since when. Linux through /proc (slim images have no
// `ps`), elsewhere through `ps`.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process id alone is reused sooner or later; with its start it names one process for good. */
export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly zombie: boolean;
  readonly started: string;
}

const hasProc = existsSync('/proc/self/stat');

function fromProc(pid: number): Row | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name stands in parentheses and may hold spaces and parentheses itself: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, zombie: fields[0] === 'Z', parent: Number(fields[1]), started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function fromPs(selection: string[]): Row[] {
  try {
    const out = execFileSync('ps', [...selection, '-o', 'pid=,ppid=,stat=,lstart='], { encoding: 'utf8' });
    return out
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([pid, parent, stat, ...started]) => ({
        pid: Number(pid),
        parent: Number(parent),
        zombie: stat?.startsWith('Z') ?? false,
        started: started.join(' '),
      }));
  } catch {
    return [];
  }
}

function allRows(): Row[] {
  if (!hasProc) return fromPs(['-ax']);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => fromProc(Number(name)))
    .filter((row) => row !== undefined);
}

function rowOf(pid: number): Row | undefined {
  const row = hasProc ? fromProc(pid) : fromPs(['-p', String(pid)])[0];
  return row?.zombie ? undefined : row;
}

export function markOf(pid: number): ProcessMark | undefined {
  const row = rowOf(pid);
  return row && { pid, started: row.started };
}

export function isAlive(mark: ProcessMark): boolean {
  return rowOf(mark.pid)?.started === mark.started;
}

/** The process and everything it started, itself first. */
export function familyOf(pid: number): ProcessMark[] {
  const rows = allRows();
  const family = rows.filter((row) => row.pid === pid);
  for (const member of family) family.push(...rows.filter((row) => row.parent === member.pid));
  return family.filter((row) => !row.zombie);
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, which is what most signals here are for.
  }
}

/**
 * SIGKILL to the process and its children. PostgreSQL's backends live in sessions of their own, so a signal to the
 * process group would miss them, and one that is left keeps the data folder locked.
 */
export async function killFamily(pid: number): Promise<void> {
  signal(pid, 'SIGSTOP'); // so that it starts no further child while they are counted
  const family = familyOf(pid);
  for (const member of family) signal(member.pid, 'SIGKILL');
  while (family.some(isAlive)) await sleep(10);
}
