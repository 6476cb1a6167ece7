// Log lines as k6 writes them: `WARN[0003] message  name=value`, the number being seconds since the start.
import { appendFileSync } from 'node:fs';

export type Level = 'debug' | 'info' | 'warning' | 'error';
export type Fields = Readonly<Record<string, string>>;

export interface Log {
  write(level: Level, message: string, fields?: Fields): void;
}

export interface LogOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
  readonly verbose: boolean;
  /** Console calls of the script go to this file instead. */
  readonly consoleFile: string | undefined;
}

const labels = { debug: 'DEBU', info: 'INFO', warning: 'WARN', error: 'ERRO' } as const;
const colors = { debug: 37, info: 36, warning: 33, error: 31 } as const;
const MESSAGE_WIDTH = 44;

export function createLog({ write, color, verbose, consoleFile }: LogOptions): Log {
  const startedAt = performance.now();
  return {
    write(level, message, fields = {}) {
      if (level === 'debug' && !verbose) return;
      const seconds = Math.floor((performance.now() - startedAt) / 1000);
      const label = color ? `\u001b[${colors[level]}m${labels[level]}\u001b[0m` : labels[level];
      const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
      const padded = pairs.length > 0 ? message.padEnd(MESSAGE_WIDTH) : message;
      const line = `${label}[${String(seconds).padStart(4, '0')}] ${padded}${pairs.join('')}\n`;
      if (consoleFile !== undefined && fields.source === 'console') appendFileSync(consoleFile, `${message}\n`);
      else write(line);
    },
  };
}
