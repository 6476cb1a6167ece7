// npm run simulate -- --hours H: sales in virtual time, with faults, each from a seed of its own. Exits 1 with the seed, the
// step and what led to it when something does not hold; the same seed does the same again, step by step.
import { parseArgs } from 'node:util';
import { openSql } from './beside.ts';
import { type DayOutcome, simulateDay } from './sale-day.ts';

const HOURS_A_DAY = 4;

const USAGE = `npm run simulate -- [--hours H] [--seed S] [--store model|pglite]
  --hours H       hours of sale, default 1000; each seed is ${HOURS_A_DAY} of them, and one of calm
  --store pglite  the real SQL on an embedded database beside the model, each call answered by both; much slower
  --seed S        the first seed, default by the clock; with --hours ${HOURS_A_DAY}, only that one: how a failure is replayed`;

const MOST_HOURS = 10_000_000;

function wholeNumber(name: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new Error(`--${name} must be a whole number from ${least} to ${most}, not ${given}`);
}

function printFailure({ seed, steps, violation, last }: DayOutcome, store: string): void {
  console.log(`seed ${seed}, step ${steps}: ${violation}\nWhat came before it (step, seconds of the sale):`);
  for (const line of last) console.log(line);
  console.log(`\nAgain: npm run simulate -- --seed ${seed} --hours ${HOURS_A_DAY} --store ${store}`);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      hours: { type: 'string', default: '1000' },
      seed: { type: 'string' },
      store: { type: 'string', default: 'model' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  if (values.store !== 'model' && values.store !== 'pglite')
    throw new Error(`--store must be model or pglite, not ${values.store}`);
  const hours = wholeNumber('hours', values.hours, 1, MOST_HOURS);
  const first = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000), 0, 2 ** 31);
  const began = process.hrtime.bigint();
  const sum = { days: 0, steps: 0, hours: 0, reservations: 0, kills: 0 };
  for (let seed = first; sum.days * HOURS_A_DAY < hours; seed++) {
    const sql = values.store === 'pglite' ? await openSql() : undefined;
    const day = await simulateDay({ seed, hours: HOURS_A_DAY, ...(sql && { sql }) });
    await sql?.close();
    if (day.violation !== null) {
      printFailure(day, values.store);
      return false;
    }
    sum.days++;
    for (const name of ['steps', 'hours', 'reservations', 'kills'] as const) sum[name] += day[name];
  }
  const minutes = Number(process.hrtime.bigint() - began) / 60e9;
  console.log(
    `${sum.days} sales, seeds ${first} to ${first + sum.days - 1}: ${Math.round(sum.hours)} hours in ` +
      `${minutes.toFixed(2)} min, ${Math.round(sum.hours / minutes)} a minute; ${sum.steps} steps, ` +
      `${sum.reservations} reservations, ${sum.kills} kills. Everything held after every step.`,
  );
  return true;
}

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  console.error(`jari simulate: ${(error as Error).stack}`);
  process.exit(1);
}
