// Log lines as k6 writes them: `WARN[0003] message  name=value`, the number being seconds since the start.
// A server that is down makes thousands of equal warnings a second: a few are shown, the others counted.
import { appendFileSync } from 'node:fs';

export type Level = 'debug' | 'info' | 'warning' | 'error';
export type Fields = Readonly<Record<string, string>>;

export interface Log {
  write(level: Level, message: string, fields?: Fields): void;
  /** A text of another process, which has the form already. */
  raw(text: string): void;
  /** Tells how often lines came that were not shown. */
  flush(): void;
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
const EQUAL_LINES_SHOWN = 5;
const REPEATS_TOLD_EVERY_MS = 2000;

export function createLog({ write, color, verbose, consoleFile }: LogOptions): Log {
  const startedAt = performance.now();
  const repeats = new Repeats((line) => write(line));
  return {
    write(level, message, fields = {}) {
      if (level === 'debug' && !verbose) return;
      const fromScript = fields.source === 'console';
      if (fromScript && consoleFile !== undefined) {
        appendFileSync(consoleFile, `${message}\n`);
        return;
      }
      const seconds = Math.floor((performance.now() - startedAt) / 1000);
      const label = color ? `\u001b[${colors[level]}m${labels[level]}\u001b[0m` : labels[level];
      const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
      const text = `${pairs.length > 0 ? message.padEnd(MESSAGE_WIDTH) : message}${pairs.join('')}`;
      const head = `${label}[${String(seconds).padStart(4, '0')}] `;
      if (fromScript || repeats.shows(head, text)) write(`${head}${text}\n`);
    },
    raw: write,
    flush: () => repeats.tell(),
  };
}

/** How often each line came since repeats were last told. */
class Repeats {
  readonly #write: (line: string) => void;
  readonly #counts = new Map<string, { head: string; times: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  shows(head: string, text: string): boolean {
    const known = this.#counts.get(text);
    const times = (known?.times ?? 0) + 1;
    this.#counts.set(text, { head, times });
    this.#timer ??= setTimeout(() => this.tell(), REPEATS_TOLD_EVERY_MS).unref();
    return times <= EQUAL_LINES_SHOWN;
  }

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = [...this.#counts];
    this.#counts.clear();
    for (const [text, { head, times }] of counts) {
      if (times > EQUAL_LINES_SHOWN) this.#write(`${head}${text} (${times - EQUAL_LINES_SHOWN} more times)\n`);
    }
  }
}
