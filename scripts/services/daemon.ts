// One server process: started, waited for until it really answers, killed, started again on the same port.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { familyOf, killFamily, signal } from './process-table.ts';
import type { RunningService } from './service.ts';

export interface Program {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly logFile: string;
  /** Talks to the server as a client would; throws while it is not ready. */
  readonly healthy: () => Promise<void>;
  readonly stopSignal: NodeJS.Signals;
}

const HEALTHY_WITHIN_MS = 90_000; // a cold, noisy two-core machine
const STOP_WITHIN_MS = 10_000;
const LOG_TAIL_CHARS = 2_000;

export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}

export class Daemon {
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  readonly program: Program;

  constructor(program: Program) {
    this.program = program;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once it answers. Throws StartFailed, with the end of the log, when it exits first or takes too long. */
  async start(): Promise<void> {
    if (this.#child) return;
    this.#spawn();
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 250)) {
      try {
        await this.program.healthy();
        if (this.#child) return;
      } catch (error) {
        if (this.#child && Date.now() > deadline) {
          await this.kill();
          throw this.#failure(`did not answer within ${HEALTHY_WITHIN_MS / 1000} s (${(error as Error).message})`);
        }
      }
      if (!this.#child) throw this.#failure('exited while starting');
      await sleep(pauseMs);
    }
  }

  async kill(): Promise<void> {
    if (this.pid) await killFamily(this.pid);
    await this.#exited;
  }

  async stop(): Promise<void> {
    const pid = this.pid;
    if (!pid) return;
    this.thaw(); // a frozen process would keep the signal for later
    signal(pid, this.program.stopSignal);
    const late = new AbortController();
    const timeout = sleep(STOP_WITHIN_MS, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([this.#exited, timeout]);
    late.abort();
    await this.kill();
  }

  freeze(): void {
    if (this.pid) for (const member of familyOf(this.pid)) signal(member.pid, 'SIGSTOP');
  }

  thaw(): void {
    if (this.pid) for (const member of familyOf(this.pid)) signal(member.pid, 'SIGCONT');
  }

  #spawn(): void {
    const { command, args, cwd, env, user, logFile } = this.program;
    const log = openSync(logFile, 'a');
    try {
      const child = spawn(command, args, { cwd, env: env ?? process.env, ...user, stdio: ['ignore', log, log] });
      this.#child = child;
      this.#exited = new Promise((resolve) => {
        const gone = () => {
          this.#child = undefined;
          resolve();
        };
        child.once('exit', gone);
        child.once('error', gone);
      });
    } finally {
      closeSync(log);
    }
  }

  #failure(what: string): StartFailed {
    const log = readFileSync(this.program.logFile, 'utf8').slice(-LOG_TAIL_CHARS).trim();
    return new StartFailed(`${this.program.title} ${what}. The end of ${this.program.logFile}:\n${log}`);
  }
}

/** What every service can do with its processes, one daemon a node. */
export function controlsOf(
  daemons: readonly Daemon[],
): Pick<RunningService, 'pids' | 'kill' | 'freeze' | 'thaw' | 'stop'> {
  const all = (work: (daemon: Daemon) => Promise<void>) => Promise.all(daemons.map(work));
  return {
    pids: () => daemons.map(({ pid }) => pid).filter((pid) => pid !== undefined),
    async kill(node) {
      if (node === undefined) await all((daemon) => daemon.kill());
      else if (daemons[node]) await daemons[node].kill();
      else throw new Error(`there is no node ${node}: they are 0 to ${daemons.length - 1}`);
    },
    freeze() {
      for (const daemon of daemons) daemon.freeze();
    },
    thaw() {
      for (const daemon of daemons) daemon.thaw();
    },
    async stop() {
      await all((daemon) => daemon.stop());
    },
  };
}
