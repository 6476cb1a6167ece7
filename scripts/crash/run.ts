// Kills everything that a sale runs on, again and again under load, and then compares what people were told with what is.
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorld, type World } from '../drill/world.ts';
import { chances } from './chances.ts';
import { Customers } from './customers.ts';
import { Receiver } from './deliveries.ts';
import { emptyJournal, type Journal, rarest, until } from './journal.ts';
import { type Kill, killAgainAndAgain } from './kills.ts';
import { RULES, settingsFor } from './settings.ts';
import { verdict } from './verdict.ts';
import { victimsOf } from './victims.ts';

export interface CrashOptions {
  kills: number;
  /** Decides who is killed and when, and what people do. How it falls into place differs from run to run. */
  seed: number;
  say: (line: string) => void;
}

export interface CrashOutcome {
  kills: Kill[];
  journal: Journal;
  /** Events that the webhook's receiver was told of. */
  received: number;
  /** What does not hold; empty when all is well. */
  violations: string[];
  /** What the processes wrote. */
  log: readonly string[];
}

const PROCESSES = 3;
/** As many as are let in, so that those who shop are inside and whoever comes after them waits. */
const SHOPPERS = 8;
/** In a line of their own, which moves. */
const VISITORS = 14;
const CAPS = { main: SHOPPERS, visitors: SHOPPERS };
const NEWCOMER_EVERY_MILLISECONDS = 100;
const THINK_MILLISECONDS = 80;
/** Before the first kill and after the last, so that there is something to lose. */
const CALM_MILLISECONDS = 1_000;
/** On a slow machine it goes on until each kind of change was acknowledged so often, and so many came. */
const LEAST_OF_EACH = 5;
const LEAST_PLACES = SHOPPERS + VISITORS + 30;
const ENOUGH_WITHIN_MILLISECONDS = 60_000;

/** Runs on a private full size: three processes of the service, PostgreSQL, Redis that syncs every write, and Kafka. */
export async function runCrash({ kills: count, seed, say }: CrashOptions): Promise<CrashOutcome> {
  const receiver = new Receiver();
  const settings = { ...settingsFor(SHOPPERS), WEBHOOK_URL: await receiver.start() };
  const world = await startWorld({
    services: ['postgres', 'redis', 'kafka'],
    processes: Array.from({ length: PROCESSES }, () => settings),
    appendfsync: 'always',
    say,
  }).catch((error) => {
    receiver.stop();
    throw error;
  });
  try {
    say(`up: ${PROCESSES} processes, PostgreSQL, Redis, Kafka; seed ${seed}`);
    const journal = emptyJournal();
    const kills = await underLoad(world, journal, { kills: count, seed, say });
    say(`the faults are over; ${journal.told.length} answers and ${journal.places.size} places to compare`);
    const violations = await verdict({ world, journal, receiver, rules: RULES, say });
    return { kills, journal, received: receiver.received.size, violations, log: world.output };
  } finally {
    await world.stop();
    receiver.stop();
  }
}

async function underLoad(world: World, journal: Journal, { kills, seed, say }: CrashOptions): Promise<Kill[]> {
  const urls = world.processes.map(({ url }) => url);
  const customers = new Customers(urls, journal, THINK_MILLISECONDS);
  const named = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
  const shoppers = named('shopper', SHOPPERS);
  await Promise.all(shoppers.map((userId) => customers.enter(userId)));
  const busy = [
    ...shoppers.map((userId, i) => customers.shop(userId, chances(seed + i))),
    ...named('visitor', VISITORS).map((name, i) => customers.visit(name, 'visitors', chances(seed + 100 + i))),
    customers.arrive('newcomer', NEWCOMER_EVERY_MILLISECONDS),
    customers.watch(CAPS),
  ];
  try {
    await sleep(CALM_MILLISECONDS);
    return await killAgainAndAgain(
      victimsOf(world, (what) => journal.complaints.push(what)),
      { kills, random: chances(seed), tell: (kill) => say(told(kill, kills)) },
    );
  } finally {
    await sleep(CALM_MILLISECONDS);
    await until(() => enough(journal), ENOUGH_WITHIN_MILLISECONDS);
    customers.leave();
    await Promise.all(busy);
  }
}

const enough = (journal: Journal) => rarest(journal) >= LEAST_OF_EACH && journal.places.size >= LEAST_PLACES;

function told({ number, victim, at, answeredAfterMilliseconds: after }: Kill, of: number): string {
  const answer =
    after === null ? 'killed again before it answered' : `answers again after ${(after / 1_000).toFixed(2)} s`;
  return `kill ${String(number).padStart(3)} of ${of}  ${at.toISOString().slice(11, 23)}  ${victim.padEnd(8)}  ${answer}`;
}
