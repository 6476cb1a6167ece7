// Two releases beside each other under load: the older one's processes are replaced by ours one at a time, then the
// other way round, and forward again. What people were told meanwhile is compared with what is.
import { setTimeout as sleep } from 'node:timers/promises';
import { chances } from '../crash/chances.ts';
import { Customers } from '../crash/customers.ts';
import { Receiver } from '../crash/deliveries.ts';
import { emptyJournal, type Journal, rarest, until } from '../crash/journal.ts';
import { RULES, settingsFor } from '../crash/settings.ts';
import { verdict } from '../crash/verdict.ts';
import { startWorld, type World } from '../drill/world.ts';
import type { ApiProcess } from '../full/api-process.ts';
import { Listeners } from './listeners.ts';
import type { Release } from './release.ts';
import { askedAgain } from './replays.ts';

export type Size = 'full' | 'postgres';

export interface RollingOptions {
  older: Release;
  size: Size;
  /** How long each pair of processes works under load. */
  stageSeconds: number;
  seed: number;
  say: (line: string) => void;
}

/** What two processes did while they were of these releases. */
export interface Stage {
  releases: readonly Which[];
  /** Of the process that was replaced at its beginning; null in the first. */
  replaced: { drainMilliseconds: number; readyMilliseconds: number } | null;
  acknowledged: number;
  turnedAway: ReadonlyMap<string, number>;
  admitted: number;
}

export interface RollingOutcome {
  stages: Stage[];
  journal: Journal;
  /** Events that the webhook's receiver was told of, and how often once more. */
  received: number;
  repeated: number;
  /** How often a listener had to go to another process. */
  moved: number;
  /** What does not hold; empty when all is well. */
  violations: string[];
  /** What the processes wrote. */
  log: readonly string[];
}

type Which = 'older' | 'ours';
const PROCESSES = 2;
/** Forward, back as after a bad release, and forward again: [process, what it becomes]. */
const STEPS: readonly (readonly [number, Which])[] = [
  [0, 'ours'],
  [1, 'ours'],
  [0, 'older'],
  [1, 'older'],
  [0, 'ours'],
  [1, 'ours'],
];

const SHOPPERS = 6;
const VISITORS = 8;
const LISTENERS = 14;
const CAPS = { main: SHOPPERS, visitors: SHOPPERS, listeners: SHOPPERS };
const NEWCOMER_EVERY_MILLISECONDS = 200;
const THINK_MILLISECONDS = 120;
/** On a slow machine it goes on until each kind of change was acknowledged so often. */
const LEAST_OF_EACH = 5;
const ENOUGH_WITHIN_MILLISECONDS = 60_000;

/** Runs on private stores. */
export async function runRolling(options: RollingOptions): Promise<RollingOutcome> {
  const { older, size, say } = options;
  const receiver = new Receiver();
  const settings = { ...settingsFor(SHOPPERS), WEBHOOK_URL: await receiver.start() };
  const world = await startWorld({
    services: size === 'full' ? ['postgres', 'redis', 'kafka'] : ['postgres'],
    processes: Array.from({ length: PROCESSES }, () => settings),
    appendfsync: 'always',
    release: older.folder,
    say,
  }).catch((error) => {
    receiver.stop();
    throw error;
  });
  try {
    say(`up: two processes of ${older.title}`);
    const journal = emptyJournal();
    const urls = world.processes.map(({ url }) => url);
    const listeners = new Listeners(urls, (what) => journal.complaints.push(what));
    const stages = await underLoad(world, journal, listeners, options);
    say(`the releases have changed places ${STEPS.length} times; ${journal.told.length} answers to compare`);
    const violations = await verdict({ world, journal, receiver, rules: RULES, say });
    const { moved } = listeners;
    const { received, repeated } = receiver;
    return { stages, journal, received: received.size, repeated, moved, violations, log: world.output };
  } finally {
    await world.stop();
    receiver.stop();
  }
}

async function underLoad(
  world: World,
  journal: Journal,
  listeners: Listeners,
  { older, stageSeconds, seed, say }: RollingOptions,
): Promise<Stage[]> {
  const customers = new Customers(
    world.processes.map(({ url }) => url),
    journal,
    THINK_MILLISECONDS,
  );
  const named = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
  const shoppers = named('shopper', SHOPPERS);
  await Promise.all(shoppers.map((userId) => customers.enter(userId)));
  const busy = Promise.all([
    ...shoppers.map((userId, i) => customers.shop(userId, chances(seed + i))),
    ...named('visitor', VISITORS).map((name, i) => customers.visit(name, 'visitors', chances(seed + 100 + i))),
    ...named('listener', LISTENERS).map((name, i) => listeners.come(name, chances(seed + 200 + i))),
    customers.arrive('newcomer', NEWCOMER_EVERY_MILLISECONDS),
    customers.watch(CAPS),
  ]);
  const count = counter(journal, listeners);
  const releases: Which[] = world.processes.map(() => 'older');
  const stages: Stage[] = [];
  const work = async (replaced: Stage['replaced']) => {
    await sleep(1_000 * stageSeconds);
    journal.complaints.push(
      ...(await askedAgain(
        world.processes.map(({ url }) => url),
        journal,
      )),
    );
    stages.push({ releases: [...releases], replaced, ...count() });
  };
  try {
    await work(null);
    for (const [index, which] of STEPS) {
      const replaced = await replace(world, index, which === 'older' ? older.folder : undefined, journal);
      releases[index] = which;
      say(`process ${index + 1} is ${which === 'older' ? 'of the older release' : 'ours'}: ${inWords(replaced)}`);
      await work(replaced);
    }
    await until(() => rarest(journal) >= LEAST_OF_EACH, ENOUGH_WITHIN_MILLISECONDS);
  } finally {
    customers.leave();
    listeners.leave();
    await busy;
    await listeners.close();
  }
  return stages;
}

/** SIGTERM, and then the other release in its place, as whatever runs it in earnest would. */
async function replace(
  world: World,
  index: number,
  folder: string | undefined,
  journal: Journal,
): Promise<NonNullable<Stage['replaced']>> {
  const leaving = world.processes[index] as ApiProcess;
  const began = performance.now();
  await leaving.stop();
  const drained = performance.now();
  const how = await leaving.ended;
  if (how !== 'exit code 0') journal.complaints.push(`process ${index + 1} was told to stop and ended with ${how}`);
  await world.launch(index, folder).ready();
  return { drainMilliseconds: drained - began, readyMilliseconds: performance.now() - drained };
}

/** What came since it was asked last. */
function counter(journal: Journal, listeners: Listeners): () => Omit<Stage, 'releases' | 'replaced'> {
  let before = { told: 0, admitted: 0, turnedAway: new Map<string, number>() };
  return () => {
    const now = { told: journal.told.length, admitted: listeners.admitted, turnedAway: new Map(journal.turnedAway) };
    const since = [...now.turnedAway].map(([why, times]) => [why, times - (before.turnedAway.get(why) ?? 0)] as const);
    const stage = {
      acknowledged: now.told - before.told,
      turnedAway: new Map(since.filter(([, times]) => times > 0)),
      admitted: now.admitted - before.admitted,
    };
    before = now;
    return stage;
  };
}

const inWords = ({ drainMilliseconds, readyMilliseconds }: NonNullable<Stage['replaced']>): string =>
  `the one before it was gone after ${(drainMilliseconds / 1_000).toFixed(1)} s, it was ready after ${(readyMilliseconds / 1_000).toFixed(1)} s`;
