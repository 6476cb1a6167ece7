import type { Rule } from '../judge.ts';

/** A figure at one moment, and how it must behave. */
export interface Reading {
  name: string;
  unit: string;
  rule: Rule;
  value: number;
}

/** Something that is looked at again and again. */
export interface Look {
  read(): Promise<Reading[]>;
  close(): Promise<void>;
}

export const MEGABYTE = 1_048_576;

export const flat = (name: string, unit: string, value: number, floor: number, percent = 10): Reading => ({
  name,
  unit,
  value,
  rule: { kind: 'FLAT', percent, floor },
});
