import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/services/ports.ts';
import { copyPreparedDatabase } from './prepared-database.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A real jari in a process of its own, on a free port and a fresh folder. */
export interface Service {
  url: string;
  opsToken: string;
  dataDir: string;
  pid: number;
  /** SIGKILL, as a crash; the folder stays. */
  kill(): Promise<void>;
  /** Sends a signal and waits for the end; the folder stays. Null when the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Starts again on the same port and folder. A `kill` meanwhile makes it reject. */
  restart(): Promise<void>;
  /** SIGTERM, then the folder is removed. */
  stop(): Promise<void>;
  /** What the process has written to stdout and stderr so far. */
  output(): string;
}

/** The embedded database's WebAssembly, once and not a second time for speed: most services of tests live for seconds. */
export const COMPILED_ONCE = '--liftoff-only';

export const OPS_TOKEN = 'ops-token-for-tests';

/**
 * The folder is fresh, with a database as a first start leaves it. Another DATA_DIR is taken as it is; in either case
 * `stop` removes it.
 */
export async function startService(env: Record<string, string> = {}): Promise<Service> {
  const dataDir = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'jari-service-'));
  if (!env.DATA_DIR && !env.DATABASE_URL && env.DEMO_DATA !== 'false') await copyPreparedDatabase(dataDir);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  let child!: ChildProcess;
  try {
    await launch();
  } catch (error) {
    await ended(child, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }

  async function launch(): Promise<void> {
    child = spawn(process.execPath, [COMPILED_ONCE, 'server/main.ts'], {
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_ENV: 'test',
        PORT: String(port),
        DATA_DIR: dataDir,
        OPS_TOKEN,
        LOG_LEVEL: 'warn',
        // Tests of the responses ask for them; others must not meet them on a slow machine.
        RESPONSES: 'none',
        ...env,
      },
    });
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    await untilReady(child, url, () => output);
  }

  return {
    url,
    opsToken: OPS_TOKEN,
    dataDir,
    get pid() {
      return child.pid as number;
    },
    kill: async () => void (await ended(child, 'SIGKILL')),
    end: (signal) => ended(child, signal),
    restart: launch,
    async stop() {
      await ended(child, 'SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
    output: () => output,
  };
}

async function untilReady(child: ChildProcess, url: string, output: () => string): Promise<void> {
  for (const deadline = Date.now() + 110_000; Date.now() < deadline; ) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`the service ended with ${end}:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the service was not ready in time:\n${output()}`);
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  /** As it came. */
  text: string;
  /** Parsed, when it is JSON. */
  body: T;
}

/** One JSON request; the body is parsed when there is one. */
export async function call<T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, body: (json ? JSON.parse(text) : null) as T, text, headers: response.headers };
}
