// npm run drill -- NAME: makes a fault for real on a private full size under load, and prints what was noticed, done and
// recorded, and how long each took. Exits 1 when something did not hold.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DRILLS } from './drills.ts';
import { type DrillOutcome, runDrill } from './run.ts';

const USAGE = `npm run drill -- NAME [--seconds N]
${DRILLS.map(({ name, what }) => `  ${name.padEnd(17)}${what}`).join('\n')}
  all              one after the other
  --seconds N      how long the fault lasts, default 20
It starts PostgreSQL, Redis and Kafka of its own and stops them afterwards. Reports are left in .jari/drills/NAME.`;

const FOLDER = join(import.meta.dirname, '../../.jari/drills');
const say = (line: string) => void process.stderr.write(`jari drill: ${line}\n`);

function print(name: string, { checks, incident, times }: DrillOutcome): void {
  console.log(`\n${name}`);
  for (const [what, seconds] of Object.entries(times)) console.log(`  ${String(seconds).padStart(6)} s  ${what}`);
  if (incident) {
    console.log(`\n  ${incident.summary}\n`);
    for (const { at, text } of incident.timeline) console.log(`  ${at.slice(11, 23)}  ${text}`);
    console.log('\n  to improve, as drafted:');
    for (const { title, evidence } of incident.improvements.drafted) console.log(`  - ${title}. ${evidence}`);
  }
  console.log('');
  for (const { name: check, ok, detail } of checks) console.log(`  ${ok ? 'ok  ' : 'FAIL'} ${check} (${detail})`);
}

function keep(name: string, { reports }: DrillOutcome): void {
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(reports)) writeFileSync(join(folder, file), content);
  say(`reports in ${folder}`);
}

async function main(): Promise<boolean> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '20' }, help: { type: 'boolean' } },
  });
  const [chosen] = positionals;
  const drills = DRILLS.filter(({ name }) => chosen === 'all' || name === chosen);
  const seconds = Number(values.seconds);
  if (values.help || drills.length === 0 || !(seconds >= 5 && seconds <= 600)) {
    console.log(USAGE);
    return values.help === true;
  }
  let held = true;
  for (const drill of drills) {
    const outcome = await runDrill(drill, { seconds, say });
    print(drill.name, outcome);
    keep(drill.name, outcome);
    held &&= outcome.checks.every(({ ok }) => ok);
  }
  return held;
}

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  say((error as Error).stack ?? String(error));
  process.exit(1);
}
