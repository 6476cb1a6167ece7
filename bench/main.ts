// npm run bench -- [NAME …] [--json] [--out FILE] [--rounds N] [--seconds N]
// NAME is a bench, or what the names of several begin with: `pages` is pages-paint, pages-pan and so on.
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { admitLatency } from './cases/admission.ts';
import { spike300, spike10000, sseMemory, sseUpdate } from './cases/crowd.ts';
import { goodputEnter, goodputReserve, goodputReserveFull, goodputReserveLate } from './cases/goodput.ts';
import { lineGrowth, lineGrowthSql, lineMemory } from './cases/line.ts';
import { pagesConsole, pagesPaint, pagesPan, pagesPosition } from './cases/pages.ts';
import { idleMemory, start } from './cases/process.ts';
import { tokenIssue, tokenStatus } from './cases/queue.ts';
import { refusal } from './cases/refusal.ts';
import { hotSeat, reserve, reserveEmbedded, reserveStanding } from './cases/reservation.ts';
import { loadRunner } from './cases/runner.ts';
import { type Bench, judged, type Result } from './lib/bench.ts';
import { Kit } from './lib/kit.ts';
import { table } from './lib/report.ts';

const ALL: Bench[] = [
  tokenIssue,
  tokenStatus,
  reserve,
  reserveEmbedded,
  reserveStanding,
  hotSeat,
  lineGrowth,
  lineGrowthSql,
  lineMemory,
  admitLatency,
  spike300,
  spike10000,
  goodputReserve,
  goodputReserveFull,
  goodputReserveLate,
  goodputEnter,
  refusal,
  start,
  idleMemory,
  sseMemory,
  sseUpdate,
  loadRunner,
  pagesPaint,
  pagesPan,
  pagesPosition,
  pagesConsole,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
  },
});
const called = (name: string): Bench[] => {
  const one = ALL.filter((bench) => bench.name === name);
  return one.length > 0 ? one : ALL.filter((bench) => bench.name.startsWith(`${name}-`));
};
const unknown = positionals.filter((name) => called(name).length === 0);
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${ALL.map((bench) => bench.name).join(', ')}`);
  process.exit(2);
}

const wanted = new Set(positionals.flatMap(called));
const chosen = positionals.length > 0 ? ALL.filter((bench) => wanted.has(bench)) : ALL;
const results: Result[] = [];
let title = '';
const progress = (text: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${title}: ${text}`);
  else console.error(`${title}: ${text}`);
};
const kit = new Kit({ rounds: Number(values.rounds), seconds: Number(values.seconds), progress });
try {
  for (const [i, bench] of chosen.entries()) {
    title = `[${i + 1}/${chosen.length}] ${bench.name}`;
    const result = judged(bench, await bench.run(kit));
    results.push(result);
    // At once: what comes after may fail.
    progress(`${result.value.toPrecision(4)} ${result.unit}`);
    await kit.stop();
  }
} finally {
  await kit.close();
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

const [cpu] = cpus();
const machine = {
  cpu: cpu?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
const json = JSON.stringify({ machine, results }, null, 2);
if (values.out) writeFileSync(values.out, json);
if (values.json) console.log(json);
else console.log(`${machine.cores} cores, ${machine.cpu}, Node ${machine.node}\n\n${table(results)}`);
process.exitCode = results.every((result) => result.ok) ? 0 : 1;
