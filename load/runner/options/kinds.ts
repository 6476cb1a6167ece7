// What values an option takes, wherever it comes from: a script gives numbers, objects and arrays, the environment and
// the command line give text.
import { invalidConfig } from '../exit-codes.ts';
import { parseDuration } from './duration.ts';

/** Turns a value into what the runner works with; `where` names the option and its source in the complaint. */
export type Kind<T> = (value: unknown, where: string) => T;

const bad = (where: string, value: unknown, expected: string) =>
  invalidConfig(`${where}: expected ${expected}, got ${JSON.stringify(value)}`);

export const integer: Kind<number> = (value, where) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0)
    throw bad(where, value, 'a whole number that is not negative');
  return number;
};

export const bool: Kind<boolean> = (value, where) => {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1' || value === '') return true;
  if (value === 'false' || value === '0') return false;
  throw bad(where, value, 'true or false');
};

export const text: Kind<string> = (value, where) => {
  if (typeof value !== 'string') throw bad(where, value, 'text');
  return value;
};

export const duration: Kind<number> = (value, where) => {
  const milliseconds = parseDuration(value);
  if (milliseconds === undefined) throw bad(where, value, 'a duration such as "10s" or "1m30s"');
  return milliseconds;
};

export const positiveDuration: Kind<number> = (value, where) => {
  const milliseconds = duration(value, where);
  if (milliseconds === 0) throw bad(where, value, 'a duration above 0');
  return milliseconds;
};

export const texts: Kind<string[]> = (value, where) => {
  if (typeof value === 'string') return value.split(',').map((item) => item.trim());
  if (!Array.isArray(value)) throw bad(where, value, 'a list');
  return value.map((item) => text(item, where));
};

/** `{ name: value }`, values made text as k6 does for tags and environment variables. */
export const textMap: Kind<Record<string, string>> = (value, where) => {
  const entries = Object.entries(record(value, where));
  return Object.fromEntries(entries.map(([name, item]) => [name, String(item)]));
};

export const record: Kind<Record<string, unknown>> = (value, where) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw bad(where, value, 'an object');
  return value as Record<string, unknown>;
};

export interface Stage {
  readonly durationMs: number;
  readonly target: number;
}

/** `[{ duration: '2s', target: 300 }]` */
export const stages: Kind<Stage[]> = (value, where) => {
  if (!Array.isArray(value)) throw bad(where, value, 'a list of stages');
  return value.map((item) => {
    const { duration: length, target } = record(item, where);
    return { durationMs: duration(length, `${where}.duration`), target: integer(target, `${where}.target`) };
  });
};

/** `2s:300,5s:300`, as stages are written on the command line and in the environment, in the script's form. */
export function stagesFromText(list: string, where: string): { duration: string; target: number }[] {
  return list.split(',').map((item) => {
    const [length = '', target, rest] = item.split(':');
    if (target === undefined || rest !== undefined) throw bad(where, item, 'a stage such as "10s:50"');
    return { duration: length.trim(), target: integer(target, where) };
  });
}
