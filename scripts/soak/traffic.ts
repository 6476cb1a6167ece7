// load/soak.js, in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const FLAGS = ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'];
/** Leaves slots to those who listen. */
const BUYERS = 25;

export interface TrafficOptions {
  url: string;
  seconds: number;
  /** Visits a second. */
  rate: number;
  /** Where its summary goes. */
  folder: string;
}

export interface Traffic {
  /** Resolves when it has ended. */
  ended: Promise<TrafficOutcome>;
  stop(): void;
}

export interface TrafficOutcome {
  /** Of everything that was expected of an answer, the part that came true; 0 when the run did not get so far. */
  asExpected: number;
  requests: number;
  /** Whether every threshold was kept, those of time as well. */
  inTime: boolean;
}

export function startTraffic({ url, seconds, rate, folder }: TrafficOptions): Traffic {
  const summary = join(folder, 'traffic.json');
  const output = openSync(join(folder, 'traffic.txt'), 'w');
  const settings = { BASE_URL: url, MINUTES: seconds / 60, RATE: rate, BUYERS };
  const env = Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const args = [...FLAGS, join(ROOT, 'load/runner/main.ts'), 'soak', ...env, '--quiet', '--summary-export', summary];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', output, output] });
  return { ended: outcomeOf(child, summary), stop: () => void child.kill('SIGINT') };
}

async function outcomeOf(child: ChildProcess, summary: string): Promise<TrafficOutcome> {
  const code = await new Promise((resolve) => child.once('exit', resolve));
  try {
    const { metrics } = JSON.parse(readFileSync(summary, 'utf8'));
    const { passes = 0, fails = 0 } = metrics.checks ?? {};
    return {
      asExpected: passes / Math.max(1, passes + fails),
      requests: metrics.http_reqs?.count ?? 0,
      inTime: code === 0,
    };
  } catch {
    return { asExpected: 0, requests: 0, inTime: false };
  }
}
