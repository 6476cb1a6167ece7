// One process of the service, on a port of its own, with its lines marked by that port.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');
const READY_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 5_000;
const STOP_WITHIN_MS = 25_000; // the service gives its own requests 20 s

export class ApiProcess {
  readonly url: string;
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  /**
   * `detached` keeps the terminal's Ctrl-C from it: its owner decides when it stops. `folder` is where the release lies
   * that it runs, ours unless another is named.
   */
  constructor(
    host: string,
    port: number,
    env: NodeJS.ProcessEnv,
    print: (line: string) => void,
    { detached = false, folder = ROOT }: { readonly detached?: boolean; readonly folder?: string } = {},
  ) {
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.#child = fork(join(folder, 'server/main.ts'), [], {
      cwd: folder,
      detached,
      env: { ...process.env, ...env, HOST: host, PORT: String(port) },
      execArgv: ['--import', join(import.meta.dirname, 'follow-owner.ts')],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream as Readable }).on('line', (line) => print(`${port} | ${line}`));
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      this.#child.once('error', (error) => resolve(error.message));
    });
  }

  get #alive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Throws when it ends first; its own lines have said why. */
  async ready(): Promise<void> {
    const early = this.ended.then((how) => {
      throw new Error(`the process of ${this.url} ended while starting: ${how}`);
    });
    await Promise.race([early, this.#answers()]);
  }

  async #answers(): Promise<void> {
    for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch(
        () => {},
      );
      if (answer?.ok) return;
    }
    throw new Error(`${this.url} was not ready within ${READY_WITHIN_MS / 1000} s`);
  }

  /** SIGSTOP freezes it, SIGCONT lets it go on, SIGKILL is a crash. */
  signal(signal: NodeJS.Signals): void {
    if (this.#alive) this.#child.kill(signal);
  }

  /** Asks it to stop, and kills it if it does not. */
  async stop(): Promise<void> {
    if (!this.#alive) return;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.ended;
    clearTimeout(late);
  }
}
