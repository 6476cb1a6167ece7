import { expect, it } from 'vitest';
import { LoopDelay } from '../../server/lib/loop-delay.ts';

/** A clock that goes on when it is told to. */
function clock() {
  let now = 1_000;
  return { now: () => now, pass: (milliseconds: number) => (now += milliseconds) };
}
/** Longer than a message to ourselves takes. */
const turn = async () => {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setTimeout(resolve, 2));
};

it('tells how long a message to ourselves took, once two in a row did', async () => {
  const { now, pass } = clock();
  const delay = new LoopDelay(now);
  expect(delay.milliseconds()).toBe(0);
  pass(700);
  await turn();
  // One alone may have met a process that was held up.
  pass(20);
  expect(delay.milliseconds()).toBe(0);
  pass(500);
  await turn();
  expect(delay.milliseconds()).toBe(500);
});

it('forgets what it saw when nobody has asked for a while', async () => {
  const { now, pass } = clock();
  const delay = new LoopDelay(now);
  for (let n = 0; n < 2; n++) {
    delay.milliseconds();
    pass(700);
    await turn();
    pass(20);
  }
  expect(delay.milliseconds()).toBe(700);
  await turn();
  pass(1_000);
  expect(delay.milliseconds()).toBe(0);
});
