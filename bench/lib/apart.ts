// Keeps what is measured and what loads it on different cores: on one, a load generator at three times the capacity takes
// from the subject what it should have left, and the subject seems to lose what it never had.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { familyOf, isAlive } from '../../scripts/services/process-table.ts';
import { processorSeconds } from './process.ts';

export interface Apart {
  /** What a reader of the figures must know when it could not be done; null when it was. */
  warning: string | null;
  /** Processor time so far of everything that is measured, stores included. */
  subjectSeconds(): number;
  /** Lets everything run anywhere again. */
  end(): void;
}

/**
 * From now on everything that this process has started so far (a service, its stores) shares one core, and this process
 * and what it starts (a load generator) another. Linux with `taskset` (util-linux) and two cores.
 */
export function keepApart(): Apart {
  const all = coresAllowed();
  const [subject, load] = all;
  if (subject === undefined || load === undefined) return notApart(`${all.length} core(s) to run on`);
  try {
    pin(process.pid, [load]);
  } catch (error) {
    return notApart(`\`taskset\` of util-linux can't be used: ${(error as Error).message.trim()}`);
  }
  const measured = started();
  for (const { pid } of measured) pin(pid, [subject]);
  return {
    warning: null,
    subjectSeconds: secondsOf(measured),
    end: () => {
      for (const { pid } of [{ pid: process.pid }, ...started()]) pin(pid, all);
    },
  };
}

function notApart(reason: string): Apart {
  const warning = `NOT ON CORES OF THEIR OWN (${reason}): the load generator takes from what it measures`;
  console.error(`\n!! ${warning} !!\n`);
  return { warning, subjectSeconds: secondsOf(started()), end: () => {} };
}

/** With what they start later. */
const secondsOf = (processes: readonly { pid: number }[]) => () =>
  [...new Set(processes.flatMap(({ pid }) => familyOf(pid).map((one) => one.pid)))]
    .map(processorSeconds)
    .reduce((sum, seconds) => sum + seconds, 0);

const started = () => familyOf(process.pid).filter(({ pid }) => pid !== process.pid);

/** All of its threads; what it starts later stays there too. */
function pin(pid: number, cores: readonly number[]): void {
  const [mark] = familyOf(pid);
  try {
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores.join(','), String(pid)], { stdio: 'pipe' });
  } catch (error) {
    // A process that has ended meanwhile needs no core.
    if (mark && isAlive(mark)) throw error;
  }
}

/** Such as `0-1,4`; nothing where there is no /proc. */
function coresAllowed(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    return list.split(',').flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, n) => from + n);
    });
  } catch {
    return [];
  }
}
