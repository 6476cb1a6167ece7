// npm run checklist: how everything is, area by area, as the operators' checklist says. Exits 1 when something is down.
import type { Checklist, ChecklistArea } from '../contract/ops.ts';
import { operatorsToken } from './operators-token.ts';

const USAGE = `npm run checklist [-- URL]
  URL        of the service, default BASE_URL or http://127.0.0.1:8080
  OPS_TOKEN  the operators' token; without it, the one that the service keeps in DATA_DIR (.jari)`;

const AREAS: Record<keyof Checklist['areas'], string> = {
  logs: 'Logs',
  redis: 'Redis',
  db: 'Database',
  kafka: 'Kafka',
  scheduler: 'Scheduler',
};

function token(): string {
  const found = operatorsToken(process.env, process.cwd());
  if (found === undefined) throw new Error('set OPS_TOKEN, or DATA_DIR to the folder of the service');
  return found;
}

async function ask(url: string): Promise<Checklist> {
  const headers = { authorization: `Bearer ${token()}` };
  const response = await fetch(`${url}/ops/api/checklist`, { headers }).catch(() => null);
  if (!response) throw new Error(`nobody answers at ${url}. Start jari, or name another URL.`);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  return (await response.json()) as Checklist;
}

function print(name: string, { status, items }: ChecklistArea): void {
  console.log(`\n${status.padEnd(5)}${name}`);
  for (const { name: what, status: how, value, unit, limit } of items) {
    const shown = value === null ? '-' : `${value}${unit ? ` ${unit}` : ''}`;
    const bound = limit === undefined || limit === null ? '' : `  (limit ${limit}${unit ? ` ${unit}` : ''})`;
    console.log(`  ${how.padEnd(5)}${what}: ${shown}${bound}`);
  }
}

try {
  if (process.argv.includes('--help')) console.log(USAGE);
  else {
    const url = (process.argv[2] ?? process.env.BASE_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
    const { checkedAt, areas } = await ask(url);
    console.log(`${url} at ${checkedAt}`);
    for (const [area, name] of Object.entries(AREAS)) print(name, areas[area as keyof typeof areas]);
    process.exitCode = Object.values(areas).some(({ status }) => status === 'DOWN') ? 1 : 0;
  }
} catch (error) {
  console.error(`jari checklist: ${(error as Error).message}`);
  process.exitCode = 1;
}
