// Services that run on until they are told to stop: one keeper and one folder for each, so that they come and go by name.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaAnswers } from './kafka.ts';
import { postgresAnswers } from './postgres.ts';
import { isAlive, signal } from './process-table.ts';
import { redisAnswers } from './redis-node.ts';
import { BASE_FOLDER, readLiveState, readState, sweep } from './run-folder.ts';
import type { Outcome, ServiceName } from './service.ts';
import { startServices } from './services.ts';

const ANSWERS: Record<ServiceName, (url: string) => Promise<void>> = {
  postgres: postgresAnswers,
  redis: redisAnswers,
  'redis-cluster': redisAnswers,
  kafka: kafkaAnswers,
};

export type Health =
  | { readonly state: 'down' }
  | { readonly state: 'up'; readonly url: string; readonly keeper: number }
  | { readonly state: 'silent'; readonly url: string; readonly keeper: number; readonly reason: string };

/** Beneath it lies a folder a service. */
export const DETACHED_FOLDER = join(BASE_FOLDER, 'up');

/** Starts it unless it is up already; data that an earlier one left is used again. */
export async function up(name: ServiceName, base: string, say: (line: string) => void): Promise<Outcome> {
  const dir = join(base, name);
  const present = await outcomeOfLive(name, dir);
  if (present) return present;
  // Its data is kept until `down` deletes it, so that a restart of the machine loses none.
  const services = await startServices({ names: [name], dir, keepData: true, own: true, say });
  const outcome = services.outcomes[name] as Outcome;
  if (outcome.state === 'up') await services.detach();
  else await services.stop();
  return outcome;
}

/** Undefined when no keeper lives; waits for one that is still starting the service. */
async function outcomeOfLive(name: ServiceName, dir: string): Promise<Outcome | undefined> {
  for (;;) {
    const state = readLiveState(dir);
    if (!state || state.outcomes[name]) return state?.outcomes[name];
    await sleep(50);
  }
}

/** Stops it, and deletes its data unless it is to be kept. Resolves when it is gone; false when there was nothing. */
export async function down(name: ServiceName, base: string, keepData: boolean): Promise<boolean> {
  const dir = join(base, name);
  const keeper = readState(dir)?.keeper;
  if (keeper && isAlive(keeper)) {
    signal(keeper.pid, 'SIGTERM');
    while (isAlive(keeper)) await sleep(20);
  }
  await sweep(dir); // what a killed keeper left running
  if (!keepData) rmSync(dir, { recursive: true, force: true });
  return keeper !== undefined;
}

/** Asks it, as a client would. */
export async function health(name: ServiceName, base: string): Promise<Health> {
  const state = readLiveState(join(base, name));
  const outcome = state?.outcomes[name];
  if (!state || outcome?.state !== 'up') return { state: 'down' };
  const found = { url: outcome.url, keeper: state.keeper.pid };
  try {
    await ANSWERS[name](outcome.url);
    return { state: 'up', ...found };
  } catch (error) {
    return { state: 'silent', ...found, reason: (error as Error).message };
  }
}
