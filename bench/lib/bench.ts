import type { Kit } from './kit.ts';

/** One figure that the bench measures. */
export interface Bench {
  name: string;
  unit: string;
  /** What the value is divided by, measured in the same run; without one the value itself is held against the goal. */
  reference?: string;
  /** Of the ratio where there is a reference, else of the value. */
  goal: number;
  better: 'higher' | 'lower';
  run(kit: Kit): Promise<Measured>;
}

export interface Measured {
  value: number;
  referenceValue?: number;
  /** Whatever else a reader should know, such as how busy the load generator was. */
  note?: string;
}

export interface Result extends Measured {
  name: string;
  unit: string;
  reference: string | null;
  ratio: number | null;
  goal: number;
  better: 'higher' | 'lower';
  ok: boolean;
}

export function judged(bench: Bench, measured: Measured): Result {
  const { name, unit, reference = null, goal, better } = bench;
  const ratio = measured.referenceValue === undefined ? null : measured.value / measured.referenceValue;
  const held = ratio ?? measured.value;
  return {
    ...measured,
    name,
    unit,
    reference,
    ratio,
    goal,
    better,
    ok: better === 'higher' ? held >= goal : held <= goal,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
