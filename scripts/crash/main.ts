// npm run crash -- --kills N: a sale under load while everything it runs on is killed again and again. Exits 1 when
// something that was acknowledged is lost or done twice, or anything else does not hold.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CrashOutcome, runCrash } from './run.ts';

const USAGE = `npm run crash -- [--kills N] [--seed S]
  --kills N   how many times a process of the service, Redis, PostgreSQL or Kafka gets SIGKILL; default 20
  --seed S    a whole number: the same one draws the same victims, pauses and purchases, though how they fall into
              place differs from run to run; default: by the clock
It starts PostgreSQL, Redis and Kafka of its own, and three processes of the service, and stops them afterwards. What the
processes wrote is left in .jari/crash.`;

const MOST_KILLS = 10_000;
const MOST_SHOWN = 50;
const FOLDER = join(import.meta.dirname, '../../.jari/crash');

const clock = () => new Date().toISOString().slice(11, 19);
const say = (line: string) => void process.stderr.write(`${clock()} jari crash: ${line}\n`);

function wholeNumber(name: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new Error(`--${name} must be a whole number from ${least} to ${most}, not ${given}`);
}

function print({ kills, journal, received, violations }: CrashOutcome, seed: number): void {
  const count = (action: string) => journal.told.filter((one) => one.action === action && one.status === 200).length;
  console.log(`\nseed ${seed}: ${kills.length} kills`);
  for (const [kind, some] of Map.groupBy(kills, (kill) => kill.kind)) {
    const times = some.flatMap((kill) => kill.answeredAfterMilliseconds ?? []).sort((a, b) => a - b);
    const seconds = (part: number) => ((times[Math.floor(part * (times.length - 1))] ?? 0) / 1_000).toFixed(2);
    console.log(
      `  ${kind.padEnd(9)}${some.length} times; answers again after ${seconds(0.5)} s, at most ${seconds(1)} s`,
    );
  }
  const done = ['enter', 'charge', 'reserve', 'hold', 'pay', 'cancel'].map((action) => `${action} ${count(action)}`);
  console.log(`acknowledged: ${done.join(', ')}; ${journal.places.size} people, ${received} events to the webhook`);
  if (violations.length === 0)
    console.log('nothing that was acknowledged is lost, nothing is doubled; everything holds');
  else console.log(`\n${violations.length} VIOLATIONS:`);
  for (const violation of violations.slice(0, MOST_SHOWN)) console.log(`  ${violation}`);
}

function keep({ log, violations }: CrashOutcome, seed: number): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${seed}.log`), log.join('\n'));
  writeFileSync(join(FOLDER, `${seed}.violations`), violations.join('\n'));
  say(`what the processes wrote is in ${join(FOLDER, `${seed}.log`)}`);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '20' }, seed: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  const kills = wholeNumber('kills', values.kills, 1, MOST_KILLS);
  const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000), 0, 2 ** 31);
  const outcome = await runCrash({ kills, seed, say });
  print(outcome, seed);
  keep(outcome, seed);
  return outcome.violations.length === 0;
}

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  say((error as Error).stack ?? String(error));
  process.exit(1);
}
