// npm run start:full -- --processes N: the full size on one machine. PostgreSQL, Redis and Kafka of its own, unless the
// environment names others, and N processes of the service on consecutive ports.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ApiProcess } from './full/api-process.ts';
import { isFree } from './services/ports.ts';
import { BASE_FOLDER } from './services/run-folder.ts';
import { type ServiceName, URL_VARIABLE } from './services/service.ts';
import { type Services, startServices } from './services/services.ts';

const USAGE = `npm run start:full -- [--processes N] [--cluster]
  --processes N   processes of the service, on PORT (8080), PORT+1 and so on; 1 to 32, default 2
  --cluster       the line on Redis Cluster, three masters, instead of one Redis
Settings go to every process through the environment. The data stays in .jari/services/full and DATA_DIR (.jari/full).
With DATABASE_URL, REDIS_URL or KAFKA_BROKERS set, that server is used and none is started in its place.`;

const MOST_PROCESSES = 32; // each has its own pool of database connections

const say = (line: string) => void process.stderr.write(`jari full: ${line}\n`);

interface Choice {
  readonly processes: number;
  readonly cluster: boolean;
  readonly host: string;
  readonly port: number;
}

function readChoice(): Choice {
  const { values } = parseArgs({
    options: { processes: { type: 'string', default: '2' }, cluster: { type: 'boolean', default: false } },
  });
  const { HOST: host = '127.0.0.1', PORT: port = '8080' } = process.env;
  const processes = Number(values.processes);
  if (!Number.isInteger(processes) || processes < 1 || processes > MOST_PROCESSES)
    throw new Error(`--processes must be a whole number from 1 to ${MOST_PROCESSES}, not ${values.processes}`);
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) + processes - 1 > 65_535)
    throw new Error(`PORT must leave room for ${processes} ports from it on, not ${port}`);
  return { processes, cluster: values.cluster, host, port: Number(port) };
}

/** Starts the servers that the environment does not name, and returns the settings that name them all. */
async function startStores(cluster: boolean): Promise<{ services: Services; env: NodeJS.ProcessEnv }> {
  const wanted: ServiceName[] = ['postgres', cluster ? 'redis-cluster' : 'redis', 'kafka'];
  const setting = (name: ServiceName) => (name === 'redis-cluster' ? 'REDIS_URL' : URL_VARIABLE[name]);
  const names = wanted.filter((name) => !process.env[setting(name)]);
  const services = await startServices({ names, dir: join(BASE_FOLDER, 'full'), keepData: true, own: true, say });
  const env: NodeJS.ProcessEnv = {};
  for (const name of names) {
    const outcome = services.outcomes[name];
    if (outcome?.state === 'up') {
      env[setting(name)] = outcome.url;
      say(`${name} is up after ${outcome.startMs} ms`);
    } else {
      await services.stop();
      throw new Error(`${name} can't be had. ${outcome?.reason}`);
    }
  }
  return { services, env };
}

/** Beforehand, since another jari on one of the ports would answer in the place of ours. */
async function refuseTakenPorts({ processes, port }: Choice): Promise<void> {
  for (let each = port; each < port + processes; each += 1) {
    if (!(await isFree(each)))
      throw new Error(`port ${each} is in use. Stop what uses it, or set PORT to another one.`);
  }
}

async function run(choice: Choice): Promise<void> {
  const { processes, cluster, host, port } = choice;
  await refuseTakenPorts(choice);
  let stopping = false;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        stopping = true;
        resolve();
      });
    }
  });
  const { services, env } = await startStores(cluster);
  const apis: ApiProcess[] = [];
  try {
    env.DATA_DIR = process.env.DATA_DIR || join(BASE_FOLDER, '../full'); // one for all: they share their secrets
    for (let i = 0; i < processes && !stopping; i += 1)
      apis.push(new ApiProcess(host, port + i, env, (line) => console.log(line)));
    for (const api of apis) void api.ended.then((how) => stopping || say(`the process of ${api.url} ended: ${how}`));
    await Promise.race([stopped, Promise.all(apis.map((api) => api.ready()))]);
    if (!stopping) say(`ready: ${apis.map(({ url }) => url).join(' ')}  (Ctrl-C stops all)`);
    await Promise.race([stopped, Promise.all(apis.map(({ ended }) => ended))]);
    if (!stopping) throw new Error('every process has ended');
  } finally {
    stopping = true;
    say('stopping …');
    await Promise.all(apis.map((api) => api.stop()));
    await services.stop();
    say('stopped; the data stays');
  }
}

try {
  if (process.argv.includes('--help')) console.log(USAGE);
  else await run(readChoice());
  process.exit(0);
} catch (error) {
  say((error as Error).message);
  process.exit(1);
}
