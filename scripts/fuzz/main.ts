// npm run fuzz: requests of every kind to a fresh service, in both ways to tell who is asking. Exits 1 when anything is
// answered that the contract does not allow, or something that was acknowledged is lost or done twice.
import { parseArgs } from 'node:util';
import { runModels, runStores } from './models.ts';
import { type FuzzOutcome, runFuzz } from './run.ts';
import { runSchemathesis } from './schemathesis.ts';
import type { Size } from './service.ts';

const USAGE = `npm run fuzz -- [--requests N] [--seed S] [--with embedded|full]
  --requests N   half of them with AUTH=open, half with AUTH=token; default 20000
  --seed S       a whole number: the same one makes the same requests, though what they find differs as answers differ;
                 default: by the clock
  --with SIZE    embedded (default), or full: two processes on PostgreSQL, Redis and Kafka of its own
npm run fuzz -- --model [--runs N]
  the SQL functions and Lua scripts of the line, of seats and of money against their models, N sequences of commands
  each; default 200
npm run fuzz -- --stores [--runs N] [--seed S]
  the arguments of every SQL function and Lua script, N sequences of calls on each store; default 200: whole batches with
  the same one many times and names that hurt do what the model does, and what no adapter would send changes nothing
npm run fuzz -- --schemathesis [--runs N]
  Schemathesis from PyPI against /openapi.json, N examples of each operation; skipped loudly where it can't be had
It starts a service of its own and stops it afterwards. What is wrong is printed with the request that it answered.`;

const MOST_REQUESTS = 100_000_000;
const MOST_SHOWN = 30;

const clock = () => new Date().toISOString().slice(11, 19);
const say = (line: string) => void process.stderr.write(`${clock()} jari fuzz: ${line}\n`);

function wholeNumber(name: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new Error(`--${name} must be a whole number from ${least} to ${most}, not ${given}`);
}

function print(auth: string, { sent, statuses, seconds, acknowledged, violations }: FuzzOutcome): void {
  const byStatus = [...statuses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([status, count]) => `${status}: ${count}`);
  console.log(`\nAUTH=${auth}: ${sent} requests in ${seconds.toFixed(1)} s, ${Math.round(sent / seconds)} a second`);
  console.log(`  answers ${byStatus.join(', ')}`);
  console.log(`  acknowledged: ${acknowledged.reservations} reservations, ${acknowledged.charges} charges`);
  if (violations.length === 0) console.log('  everything holds');
  else console.log(`\n${violations.length} VIOLATIONS:`);
  for (const violation of violations.slice(0, MOST_SHOWN)) console.log(`  ${violation}`);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '20000' },
      seed: { type: 'string' },
      with: { type: 'string', default: 'embedded' },
      model: { type: 'boolean', default: false },
      stores: { type: 'boolean', default: false },
      schemathesis: { type: 'boolean', default: false },
      runs: { type: 'string', default: '200' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  const runs = wholeNumber('runs', values.runs, 1, 100_000);
  if (values.model) return runModels(runs);
  if (!['embedded', 'full'].includes(values.with))
    throw new Error(`--with must be embedded or full, not ${values.with}`);
  const requests = wholeNumber('requests', values.requests, 2, MOST_REQUESTS);
  const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000), 0, 2 ** 31);
  console.log(`seed ${seed}`);
  if (values.stores) return runStores(runs, seed);
  if (values.schemathesis) return runSchemathesis(runs, seed, say);
  let holds = true;
  for (const auth of ['open', 'token'] as const) {
    const outcome = await runFuzz({ size: values.with as Size, auth, requests: Math.ceil(requests / 2), seed, say });
    print(auth, outcome);
    holds &&= outcome.violations.length === 0;
  }
  return holds;
}

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  say((error as Error).stack ?? String(error));
  process.exit(1);
}
