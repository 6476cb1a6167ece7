import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, need } from '../../scripts/services/install.ts';

export interface WrkResult {
  perSecond: number;
  requests: number;
  /** Answers of 400 and above. */
  refused: number;
  /** Connections that failed, timeouts. */
  broken: number;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
  /** Of one core: near 1 the load generator itself is the limit, and the figure says nothing of the server. */
  clientCpu: number;
  /** Of the server's own process, in microseconds of processor time a request; without the stores behind it. */
  serverCpu: number;
}

export interface Server {
  url: string;
  pid: number;
}

export interface WrkRun {
  script: 'enter' | 'status' | 'reserve';
  args: readonly string[];
  connections: number;
  seconds: number;
  server: Server;
}

const SCRIPTS = join(import.meta.dirname, '../wrk');
const ADVICE =
  'The bench needs wrk as its load generator: install it (Debian: apt-get install wrk; macOS: brew install wrk).';
/** Linux counts processor time in these. */
const TICKS_PER_SECOND = 100;

/** Loads a server from another process, over keep-alive connections, and says what came of it. */
export async function wrk({ server, script, args, connections, seconds }: WrkRun): Promise<WrkResult> {
  const program = await need(
    () => findProgram('wrk'),
    ['wrk'],
    ADVICE,
    (line) => console.error(line),
  );
  const file = join(SCRIPTS, `${script}.lua`);
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', file, server.url, '--', ...args];
  const child = spawn(program, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const before = processorSeconds(server.pid) ?? 0;
  let cpuSeconds = 0;
  const watch = setInterval(() => {
    cpuSeconds = processorSeconds(child.pid) ?? cpuSeconds;
  }, 50);
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  clearInterval(watch);
  const json = /JSON(\{.*\})/.exec(output)?.[1];
  if (!json) throw new Error(`wrk did not finish:\n${output}`);
  const serverSeconds = (processorSeconds(server.pid) ?? 0) - before;
  const measured = JSON.parse(json) as Omit<WrkResult, 'clientCpu' | 'serverCpu'>;
  const serverCpu = (serverSeconds * 1e6) / measured.requests;
  const result = { ...measured, clientCpu: cpuSeconds / seconds, serverCpu };
  if (result.broken > 0) throw new Error(`${result.broken} requests of the bench broke:\n${output}`);
  return result;
}

function processorSeconds(pid: number | undefined): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}
