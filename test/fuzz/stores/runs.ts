// How long the stores are fuzzed, and by which seed. More of it: `npm run fuzz -- --stores --runs 1000`.
import fc from 'fast-check';

const runs = Number(process.env.PROPERTY_RUNS ?? 0);
const seed = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);
export const MOST_MILLISECONDS = Math.max(300_000, Number(process.env.PROPERTY_MILLISECONDS ?? 0));

/** Fails with the seed, and with the smallest thing that is found wrong. */
export function holds<T>(property: fc.IAsyncProperty<T>, few: number): Promise<void> {
  return Promise.resolve(
    fc.assert(property, { numRuns: Math.max(runs, few), seed, interruptAfterTimeLimit: MOST_MILLISECONDS - 20_000 }),
  );
}

/** Ids and names as nobody gives them, but nothing forbids to the stores. */
export const ODD_NAMES = [
  '',
  ' ',
  "o'clock",
  "'; DROP TABLE places; --",
  '"quoted"',
  '{braces}',
  '$1',
  '%s%%',
  'back\\slash',
  'a:b',
  '한글 자리',
  'é',
  'e\u0301',
  '🎫',
  '\n',
  '\u202eevil',
  'NULL',
  '0',
  '-1',
  '__proto__',
  'constructor',
  'x'.repeat(2_000),
];
