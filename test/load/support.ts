// Runs k6 scripts through the runner's own command line, in this process, and gives what a person would see.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { runCommand } from '../../load/runner/cli/command.ts';

export interface Exported {
  readonly metrics: Readonly<
    Record<string, Readonly<Record<string, number>> & { thresholds?: Record<string, boolean> }>
  >;
  readonly root_group: ExportedGroup;
}
export interface ExportedGroup {
  readonly name: string;
  readonly path: string;
  readonly groups: Readonly<Record<string, ExportedGroup>>;
  readonly checks: Readonly<Record<string, { passes: number; fails: number }>>;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Console lines of the script, without their decoration. */
  readonly console: readonly string[];
  /** --summary-export */
  readonly exported: Exported;
  readonly folder: string;
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** More files, by their path beside the script. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly file?: string;
  /** Pretend that standard error is a terminal. */
  readonly tty?: boolean;
  /** Receives the way to send the run the signal to stop. */
  readonly onStart?: (interrupt: () => void) => void;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The command line as it is, in the project's folder or another. */
export async function runArguments(
  args: readonly string[],
  {
    cwd = process.cwd(),
    env = {},
    tty = false,
    onStart,
  }: { cwd?: string } & Pick<RunOptions, 'env' | 'tty' | 'onStart'> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const ran = { code: 0, stdout: '', stderr: '' };
  ran.code = await runCommand(args, {
    cwd,
    env,
    stdoutIsTty: false,
    stderrIsTty: tty,
    stdout: (text) => {
      ran.stdout += text;
    },
    stderr: (text) => {
      ran.stderr += text;
    },
    onInterrupt: (listener) => {
      onStart?.(listener);
      return () => undefined;
    },
  });
  return ran;
}

export async function runScript(source: string, options: RunOptions = {}): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'jari-load-'));
  folders.push(folder);
  const { args = [], files = {}, file = 'script.js', ...others } = options;
  for (const [name, content] of Object.entries({ ...files, [file]: source })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const exportFile = join(folder, 'summary-export.json');
  const whole = [join(folder, file), '--quiet', '--summary-export', exportFile, ...args];
  const ran = await runArguments(whole, { cwd: folder, ...others });
  return { ...ran, console: consoleLines(ran.stderr), exported: readExport(exportFile), folder };
}

function consoleLines(stderr: string): string[] {
  const records = stderr.split(/^(?=(?:DEBU|INFO|WARN|ERRO)\[\d+\] )/m);
  return records.flatMap((record) => {
    const [, text] = /^\w+\[\d+\] (.*?)\s+source=console\n/s.exec(record) ?? [];
    return text === undefined ? [] : [text];
  });
}

function readExport(file: string): Exported {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Exported;
  } catch {
    return { metrics: {}, root_group: { name: '', path: '', groups: {}, checks: {} } };
  }
}

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** Connections that have been opened so far. */
  connections(): number;
}

type Handler = (request: Received, response: ServerResponse) => void;

const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A real HTTP server on a free port; it answers 200 with `ok` unless told otherwise. */
export async function startServer(handler: Handler = (_request, response) => response.end('ok')): Promise<TestServer> {
  const received: Received[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body: Buffer.concat(chunks) };
      received.push(whole);
      handler(whole, response);
    });
  });
  server.on('connection', () => {
    connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, received, connections: () => connections };
}
