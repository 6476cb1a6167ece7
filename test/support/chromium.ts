import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findProgram, need } from '../../scripts/services/install.ts';

/** The shell first: without windows, a page costs it a fifth of what it costs the browser. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

export const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where Chromium is; installed when we are root on Debian. @throws Unavailable when there is none to be had */
export const findChromium = (): Promise<string> =>
  // Older releases of Debian have no shell.
  installed('chromium-headless-shell').catch(() => installed('chromium'));

const installed = (name: string): Promise<string> =>
  need(
    () => NAMES.map((program) => findProgram(program)).find((path) => path !== undefined),
    [name],
    `Chromium is needed to look at the pages: apt-get install ${name}`,
    (line) => console.warn(`chromium: ${line}`),
  );

/** The pages as they are served, from their present sources; quick when nothing has changed. */
export function buildPages(): void {
  execFileSync(process.execPath, ['scripts/pages/build.ts'], { cwd: join(import.meta.dirname, '../..') });
}
