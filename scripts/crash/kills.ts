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
const DEAD_MILLISECONDS = { least: 0, most: 1_500 };

/** Kills one after the other at random, without waiting until those before have come back. Resolves when all have. */
export async function killAgainAndAgain(
  victims: readonly Victim[],
  { kills, random, tell }: KillOptions,
): Promise<Kill[]> {
  const between = ({ least, most }: { least: number; most: number }) => least + random() * (most - least);
  const done: Kill[] = [];
  const coming: Promise<void>[] = [];
  let deck: Kind[] = [];
  for (let number = 1; number <= kills; number++) {
    await sleep(between(PAUSE_MILLISECONDS));
    if (deck.length === 0) deck = shuffled(DECK, random);
    const victim = await nextOf(victims, deck, random);
    const kill: Kill = {
      number,
      victim: victim.name,
      kind: victim.kind,
      at: new Date(),
      answeredAfterMilliseconds: null,
    };
    const began = performance.now();
    await victim.kill();
    const back = async (deadMilliseconds: number) => {
      await sleep(deadMilliseconds);
      if (await victim.revive()) kill.answeredAfterMilliseconds = Math.round(performance.now() - began);
      done.push(kill);
      tell(kill);
    };
    const returning = back(between(DEAD_MILLISECONDS));
    returning.catch(() => {}); // waited for below
    coming.push(returning);
  }
  await Promise.all(coming);
  return done;
}

/** Takes the first of the deck that is alive, and waits when none is. */
async function nextOf(victims: readonly Victim[], deck: Kind[], random: Chances): Promise<Victim> {
  const order = shuffled(victims, random);
  for (;;) {
    for (const [i, kind] of deck.entries()) {
      const victim = order.find((one) => one.kind === kind && one.alive);
      if (!victim) continue;
      deck.splice(i, 1);
      return victim;
    }
    await sleep(20);
  }
}
