// npm run rolling -- --from REF: a rolling restart from an older release to this one, back, and forward again, under
// load. Exits 1 when something that was acknowledged is lost or done twice, or anything else does not hold.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lastRelease, layOut } from './release.ts';
import { type RollingOutcome, runRolling, type Size, type Stage } from './run.ts';

const USAGE = `npm run rolling -- [--from REF] [--with full|postgres] [--stage SECONDS]
  --from REF       the older release: a tag, branch or commit; default: the last tag, or the newest commit that is a day
                   older than this one
  --with SIZE      full (default): PostgreSQL, Redis and Kafka; postgres: that alone
  --stage SECONDS  how long each pair of processes works under load, default 8
It starts stores of its own and two processes, and stops them afterwards. What the processes wrote is left in .jari/rolling.`;

const FOLDER = join(import.meta.dirname, '../../.jari/rolling');
const MOST_SHOWN = 50;
const MOST_STAGE_SECONDS = 86_400;

const clock = () => new Date().toISOString().slice(11, 19);
const say = (line: string) => void process.stderr.write(`${clock()} jari rolling: ${line}\n`);

function print({ stages, journal, received, repeated, moved, violations }: RollingOutcome): void {
  const row = (...[one = '', other = '', drained = '', ready = '', told = '', let_in = '', away = '']: string[]) =>
    console.log(
      `${one.padEnd(7)}${other.padEnd(7)}${drained.padStart(8)}${ready.padStart(8)}${told.padStart(9)}${let_in.padStart(8)}  ${away}`,
    );
  console.log('');
  row('first', 'second', 'gone, s', 'up, s', 'answers', 'let in', 'asked again elsewhere');
  for (const stage of stages) row(...cells(stage));
  const people = `${journal.places.size} people, ${received} events to the webhook (${repeated} once more), ${moved} streams went on elsewhere`;
  console.log(`\n${journal.told.length} answers; ${people}`);
  if (violations.length === 0)
    console.log('both releases serve the same sale: nothing is lost or doubled, nobody lost a place');
  else console.log(`\n${violations.length} VIOLATIONS:`);
  for (const violation of violations.slice(0, MOST_SHOWN)) console.log(`  ${violation}`);
}

function cells({ releases, replaced, acknowledged, admitted, turnedAway }: Stage): string[] {
  const seconds = (milliseconds?: number) => (milliseconds === undefined ? '' : (milliseconds / 1_000).toFixed(1));
  return [
    ...releases,
    seconds(replaced?.drainMilliseconds),
    seconds(replaced?.readyMilliseconds),
    String(acknowledged),
    String(admitted),
    [...turnedAway].map(([why, times]) => `${times} ${why}`).join(', '),
  ];
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      with: { type: 'string', default: 'full' },
      stage: { type: 'string', default: '8' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  if (values.with !== 'full' && values.with !== 'postgres')
    throw new Error(`--with must be full or postgres, not ${values.with}`);
  const size: Size = values.with;
  const stageSeconds = Number(values.stage);
  if (!/^\d+$/.test(values.stage) || stageSeconds < 1 || stageSeconds > MOST_STAGE_SECONDS)
    throw new Error(`--stage must be a whole number of seconds from 1 to ${MOST_STAGE_SECONDS}, not ${values.stage}`);
  const older = layOut(values.from ?? lastRelease(), say);
  try {
    const outcome = await runRolling({ older, size, stageSeconds, seed: Date.now() % 1_000_000, say });
    print(outcome);
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, `${size}.log`), outcome.log.join('\n'));
    writeFileSync(join(FOLDER, `${size}.violations`), outcome.violations.join('\n'));
    return outcome.violations.length === 0;
  } finally {
    older.remove();
  }
}

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  say((error as Error).message);
  process.exit(1);
}
