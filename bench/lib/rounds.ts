import { median } from './bench.ts';
import type { Kit } from './kit.ts';
import type { WrkResult } from './wrk.ts';

/** Medians over rounds in which each thing is measured once, one after the other, so that noise meets all of them. */
export async function rounds<T extends Record<string, () => Promise<WrkResult>>>(
  kit: Kit,
  things: T,
): Promise<Record<keyof T, WrkResult>> {
  const results: Record<string, WrkResult[]> = {};
  for (let round = 1; round <= kit.rounds; round++) {
    for (const [name, measure] of Object.entries(things)) {
      kit.say(`round ${round} of ${kit.rounds}: ${name}`);
      results[name] ??= [];
      results[name].push(await measure());
    }
  }
  const medians = Object.entries(results).map(([name, all]) => [name, middle(all)]);
  return Object.fromEntries(medians) as Record<keyof T, WrkResult>;
}

function middle(all: readonly WrkResult[]): WrkResult {
  const keys = Object.keys(all[0] as WrkResult) as (keyof WrkResult)[];
  return Object.fromEntries(keys.map((key) => [key, median(all.map((one) => one[key]))])) as unknown as WrkResult;
}
