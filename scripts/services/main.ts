// npm run services -- up|down|status [names]
import { parseArgs } from 'node:util';
import { DETACHED_FOLDER, down, health, up } from './detached.ts';
import { BASE_FOLDER, sweepPrivateRuns } from './run-folder.ts';
import { SERVICE_NAMES, type ServiceName, URL_VARIABLE } from './service.ts';

const USAGE = `Private ${SERVICE_NAMES.join(', ')} on loopback, with their data under .jari/services.

  npm run services -- up [names]       start them, and print where they are as environment variables:
                                       eval "$(npm run -s services -- up postgres redis kafka)"
  npm run services -- status [names]   ask each whether it answers; exit 1 unless all do
  npm run services -- down [names]     stop them and delete their data; --keep leaves the data for the next up
  --dir FOLDER                         keep their data there instead

Without names, all of them. Jari on the cluster: REDIS_URL=$REDIS_CLUSTER_URL npm start`;

const say = (line: string) => void process.stderr.write(`jari services: ${line}\n`);

async function upAll(names: readonly ServiceName[], base: string): Promise<boolean> {
  const results = await Promise.allSettled(names.map((name) => up(name, base, say)));
  let complete = true;
  for (const [i, name] of names.entries()) {
    const result = results[i];
    const outcome = result?.status === 'fulfilled' ? result.value : undefined;
    if (outcome?.state === 'up') {
      console.log(`export ${URL_VARIABLE[name]}='${outcome.url}'`);
    } else {
      complete = false;
      const reason = result?.status === 'rejected' ? (result.reason as Error).message : outcome?.reason;
      say(`${name} is not up. ${reason}`);
    }
  }
  return complete;
}

async function downAll(names: readonly ServiceName[], base: string, keepData: boolean): Promise<boolean> {
  const stopped = await Promise.all(names.map((name) => down(name, base, keepData)));
  await sweepPrivateRuns(BASE_FOLDER);
  const which = names.filter((_, i) => stopped[i]);
  say(which.length > 0 ? `stopped ${which.join(', ')}${keepData ? ', the data stays' : ''}` : 'nothing was running');
  return true;
}

async function statusOfAll(names: readonly ServiceName[], base: string): Promise<boolean> {
  const found = await Promise.all(names.map((name) => health(name, base)));
  for (const [i, name] of names.entries()) {
    const one = found[i];
    if (!one || one.state === 'down') console.log(`${name.padEnd(14)}down`);
    else if (one.state === 'up') console.log(`${name.padEnd(14)}up      ${one.url}`);
    else console.log(`${name.padEnd(14)}silent  ${one.url} (${one.reason})`);
  }
  return found.every(({ state }) => state === 'up');
}

async function main(): Promise<boolean> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string' }, keep: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [command = 'help', ...rest] = positionals;
  const unknown = rest.find((name) => !(SERVICE_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`there is no service ${unknown}: choose from ${SERVICE_NAMES.join(', ')}`);
  const names = rest.length > 0 ? SERVICE_NAMES.filter((name) => rest.includes(name)) : SERVICE_NAMES;
  const base = values.dir ?? DETACHED_FOLDER;
  if (command === 'up') return upAll(names, base);
  if (command === 'down') return downAll(names, base, values.keep ?? false);
  if (command === 'status') return statusOfAll(names, base);
  console.log(USAGE);
  return command === 'help' || values.help === true;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  say(`${(error as Error).message}. See npm run services -- help`);
  process.exitCode = 1;
}
