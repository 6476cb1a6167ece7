import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MILLISECONDS = 40_000;

/** Resolves when the condition holds. Fails after a generous while, saying what was waited for and what was seen. */
export async function until(what: string, condition: () => unknown, seen: () => unknown = () => ''): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MILLISECONDS; !(await condition()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}: ${JSON.stringify(await seen())}`);
  }
}
