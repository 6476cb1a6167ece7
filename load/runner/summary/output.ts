// Writes the end of a run: what handleSummary() asks for, or k6's text, and the export.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCode, RunFailure } from '../exit-codes.ts';
import type { Io } from '../run/io.ts';
import type { SummaryData } from './data.ts';
import { exportSummary } from './export.ts';
import { textSummary } from './text.ts';

export type SummaryMode = 'compact' | 'full' | 'disabled';

export function writeTextSummary(io: Io, data: SummaryData, mode: SummaryMode): void {
  const enableColors = io.stdoutIsTty && !data.options.noColor;
  io.stdout(`\n${textSummary(data, { enableColors, mode: mode === 'full' ? 'full' : 'compact' })}\n`);
}

export function writeExport(io: Io, data: SummaryData, file: string): void {
  writeFile(io, file, exportSummary(data));
}

/** 'stdout' and 'stderr' are those; every other name is a file. */
export function writeEntries(io: Io, entries: readonly (readonly [string, string | Uint8Array])[]): void {
  for (const [name, content] of entries) {
    if (name === 'stdout') io.stdout(textOf(content));
    else if (name === 'stderr') io.stderr(textOf(content));
    else writeFile(io, name, content);
  }
}

const textOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? content : Buffer.from(content).toString('utf8');

function writeFile(io: Io, name: string, content: string | Uint8Array): void {
  try {
    writeFileSync(resolve(io.cwd, name), content);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new RunFailure(exitCode.scriptException, `could not write the summary to ${name} (${reason})`);
  }
}
