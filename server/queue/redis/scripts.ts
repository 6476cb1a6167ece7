import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command of the line, as Redis runs it. */
export interface Script {
  name: string;
  source: string;
  /** What EVALSHA calls it by. */
  sha: string;
}

const NAMES = [
  'begin',
  'enter',
  'status',
  'look',
  'leave',
  'admit',
  'prioritise',
  'configure',
  'draw',
  'stats',
  'ended',
  'outline',
  'admitted',
  'recorded',
] as const;
export type Scripts = Readonly<Record<(typeof NAMES)[number], Script>>;

const INCLUDE = /^--- @include "(\w+)"$/gm;

/** Reads the commands beside this file, with what they include. */
export function loadScripts(): Scripts {
  return Object.fromEntries(NAMES.map((name) => [name, load(name)])) as Scripts;
}

function load(name: string): Script {
  const source = read(name).replace(INCLUDE, (_, part: string) => read(part));
  return { name, source, sha: createHash('sha1').update(source).digest('hex') };
}

const read = (name: string): string => readFileSync(join(import.meta.dirname, `${name}.lua`), 'utf8');
