import { setTimeout as sleep } from 'node:timers/promises';
import { type Chances, shuffled } from './chances.ts';
import type { Kind, Victim } from './victims.ts';

export interface Kill {
  number: number;
  victim: string;
  kind: Kind;
  at: Date;
  /** From the kill on, with the time it was left dead; null when it was killed again before. */
  answeredAfterMilliseconds: number | null;
}

export interface KillOptions {
  kills: number;
  random: Chances;
  /** Called for each kill once it answers again or was killed again. */
  tell: (kill: Kill) => void;
}

/** What is dealt out: each kind comes up once in so many kills, processes of the service twice. */
const DECK: readonly Kind[] = ['api', 'api', 'redis', 'postgres', 'kafka'];
const PAUSE_MILLISECONDS = { least: 200, most: 1_500 };
const LOOK_EVERY_MILLISECONDS = 20;
const DEAD_MILLISECONDS = { least: 0, most: 1_500 };

/**
 * Kills one after the other at random, without waiting until those before have come back, as long as one process of the
 * service is up. Resolves when all have come back.
 */
export async function killAgainAndAgain(
  victims: readonly Victim[],
  { kills, random, tell }: KillOptions,
): Promise<Kill[]> {
  const between = ({ least, most }: { least: number; most: number }) => least + random() * (most - least);
  const done: Kill[] = [];
  const coming: Promise<void>[] = [];
  const failures: Error[] = [];
  let deck: Kind[] = [];

  const back = async (victim: Victim, kill: Kill, deadMilliseconds: number) => {
    await sleep(deadMilliseconds);
    if (await victim.revive()) kill.answeredAfterMilliseconds = Date.now() - kill.at.getTime();
    done.push(kill);
    tell(kill);
  };

  for (let number = 1; number <= kills; number++) {
    await sleep(between(PAUSE_MILLISECONDS));
    if (deck.length === 0) deck = shuffled(DECK, random);
    const order = shuffled(victims, random);
    const deadMilliseconds = between(DEAD_MILLISECONDS);
    let victim = nextOf(order, deck);
    while (!victim) {
      if (failures[0]) throw failures[0];
      await sleep(LOOK_EVERY_MILLISECONDS);
      victim = nextOf(order, deck);
    }
    const { name, kind } = victim;
    const kill: Kill = { number, victim: name, kind, at: new Date(), answeredAfterMilliseconds: null };
    await victim.kill();
    coming.push(back(victim, kill, deadMilliseconds).catch((error: Error) => void failures.push(error)));
  }
  await Promise.all(coming);
  if (failures[0]) throw failures[0];
  return done;
}

/** Takes the first of the deck that is there to be killed, if any. */
function nextOf(order: readonly Victim[], deck: Kind[]): Victim | undefined {
  // Where no process answers there is no load, and nothing to lose.
  if (!order.some(({ kind, ready }) => kind === 'api' && ready)) return undefined;
  for (const [i, kind] of deck.entries()) {
    const victim = order.find((one) => one.kind === kind && one.alive);
    if (!victim) continue;
    deck.splice(i, 1);
    return victim;
  }
  return undefined;
}
