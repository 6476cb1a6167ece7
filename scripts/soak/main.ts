// npm run soak -- --minutes M: an ordinary day on a fresh service, and whether anything grows that must not. Exits 1 when
// something does, or when something does not hold.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isSmall, type Judged, round } from './judge.ts';
import { runSoak, type SoakOutcome } from './run.ts';
import type { Size } from './service.ts';

const USAGE = `npm run soak -- [--minutes M] [--with embedded|full] [--rate R]
  --minutes M   how long, default 60. What is shorter than 20 tells little: a service needs minutes to be warm
  --with SIZE   full (default): PostgreSQL, Redis and Kafka of its own; embedded: nothing but the service
  --rate R      visits a second, default 10
It starts what it needs on free ports and deletes it afterwards. Ctrl-C ends it early and judges what was seen. What the
service wrote and the readings are left in .jari/soak.`;

const FOLDER = join(import.meta.dirname, '../../.jari/soak');
const MOST_MINUTES = 7 * 24 * 60;
const MOST_VISITS_A_SECOND = 200;
const TOO_SHORT_SECONDS = 1_200;

const clock = () => new Date().toISOString().slice(11, 19);
const say = (line: string) => void process.stderr.write(`${clock()} jari soak: ${line}\n`);

function number(name: string, given: string, most: number): number {
  const value = Number(given);
  if (/^\d+(\.\d+)?$/.test(given) && value > 0 && value <= most) return value;
  throw new Error(`--${name} must be a number above 0, and at most ${most}, not ${given}`);
}

const WORDS: Readonly<Record<Judged['verdict'], string>> = {
  FLAT: 'flat',
  AS_MUCH_AS_WORK: 'as bought',
  KEPT: 'kept',
  GROWS: 'GROWS',
  NOTHING_SEEN: 'unseen',
};

function print({ judged, left, traffic, seconds, purchases, samples }: SoakOutcome): void {
  console.log(
    `\n${round(seconds / 60)} min, ${purchases} purchases, ${samples} readings. Judged after the first quarter.\n`,
  );
  const row = (...[verdict = '', name = '', from = '', to = '', detail = '']: string[]) =>
    console.log(`${verdict.padEnd(10)} ${name.padEnd(38)} ${from.padStart(9)} ${to.padStart(9)}  ${detail}`);
  row('', '', 'from', 'to', 'change');
  const told = judged.filter((one) => !isSmall(one));
  for (const { series, verdict, from, to, detail } of told) {
    const name = series.unit ? `${series.name}, ${series.unit}` : series.name;
    row(WORDS[verdict], name, String(round(from)), String(round(to)), detail);
  }
  console.log(`flat       ${judged.length - told.length} more figures, all the time too small to matter\n`);
  for (const { name, ok, detail } of left) console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`);
  if (!traffic.inTime)
    console.log('note: the traffic missed a threshold of its own, of time perhaps: .jari/soak/traffic.txt');
  if (seconds < TOO_SHORT_SECONDS) console.log('note: so short a run may see a service that is still getting warm');
}

function verdictOf({ judged, left }: SoakOutcome): boolean {
  const growing = judged.filter(({ verdict }) => verdict === 'GROWS').map(({ series }) => series.name);
  const unseen = judged.filter(({ verdict }) => verdict === 'NOTHING_SEEN').map(({ series }) => series.name);
  const broken = left.filter(({ ok }) => !ok).map(({ name }) => name);
  const flat = growing.length + unseen.length + broken.length === 0;
  const all = [...growing.map((name) => `${name} grows`), ...unseen.map((name) => `${name} was not seen`), ...broken];
  console.log(`\n${flat ? 'flat: nothing grows that must not, and everything holds' : `NOT FLAT: ${all.join(', ')}`}`);
  return flat;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      with: { type: 'string', default: 'full' },
      rate: { type: 'string', default: '10' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  if (values.with !== 'full' && values.with !== 'embedded')
    throw new Error(`--with must be embedded or full, not ${values.with}`);
  const size: Size = values.with;
  const seconds = 60 * number('minutes', values.minutes, MOST_MINUTES);
  const rate = number('rate', values.rate, MOST_VISITS_A_SECOND);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const outcome = await runSoak({ seconds, size, rate, folder: FOLDER, stop: stop.signal, say });
  writeFileSync(join(FOLDER, 'readings.json'), JSON.stringify(outcome.judged));
  print(outcome);
  return verdictOf(outcome);
}

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  say((error as Error).message);
  process.exit(1);
}
