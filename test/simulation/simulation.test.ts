import { expect, onTestFinished, test } from 'vitest';
import { openSql } from '../../scripts/simulate/beside.ts';
import { LineInMemory } from '../../scripts/simulate/line.ts';
import { type Reservation, SaleInMemory } from '../../scripts/simulate/sale.ts';
import { type DayOutcome, type Stores, simulateDay } from '../../scripts/simulate/sale-day.ts';
import type { EnterRequest } from '../../server/queue/store.ts';

test('sales under faults: everything holds after every step, and something went on', async () => {
  const sum = { reservations: 0, kills: 0 };
  for (let seed = 1; seed <= 6; seed++) {
    const day = await simulateDay({ seed, hours: 1 });
    expect([seed, day.violation, day.violation && day.last]).toEqual([seed, null, null]);
    sum.reservations += day.reservations;
    sum.kills += day.kills;
  }
  expect(sum.reservations).toBeGreaterThan(100);
  expect(sum.kills).toBeGreaterThan(20);
});

/** Stores without one of their guards, and what is seen of it. */
const BROKEN: Record<string, [Partial<Stores>, RegExp]> = {
  'a seat is sold to whoever asks': [
    {
      sale: class extends SaleInMemory {
        protected override isTaken = () => false;
      },
    },
    /seat \d has \d owners/,
  ],
  'holds never run out': [
    {
      sale: class extends SaleInMemory {
        protected override isOver = (_: Reservation) => false;
      },
    },
    /still held/,
  ],
  'a key is not remembered': [
    {
      sale: class extends SaleInMemory {
        protected override recall = () => undefined;
      },
    },
    /was answered/,
  ],
  'one more is let in': [
    {
      line: class extends LineInMemory {
        protected override free() {
          return Math.max(1, super.free());
        }
      },
    },
    /are inside, and at most/,
  ],
  'the last one in line is let in first': [
    {
      line: class extends LineInMemory {
        protected override next = () => [...this.waiting.keys()].at(-1);
      },
    },
    /before ticket/,
  ],
  'entering again is a new place': [
    {
      line: class extends LineInMemory {
        override async enter(requests: readonly EnterRequest[], admits?: boolean) {
          for (const { userId } of requests) this.waiting.delete(userId);
          return super.enter(requests, admits);
        }
      },
    },
    /was given \d+ before it was their turn|and it was never their turn/,
  ],
};
const MOST_SEEDS = 30;

async function firstFailure(stores: Partial<Stores>): Promise<DayOutcome | null> {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const day = await simulateDay({ seed, hours: 1, stores });
    if (day.violation !== null) return day;
  }
  return null;
}

test.each(Object.entries(BROKEN))('%s: found, and the same again from its seed', async (_, [stores, what]) => {
  const failure = await firstFailure(stores);
  expect(failure?.violation).toMatch(what);
  const { seed } = failure as DayOutcome;
  expect(await simulateDay({ seed, hours: 1, stores })).toEqual(failure);
});

test('the SQL decides every call as the model does, by the same clock; where the two differ, it is told', async () => {
  const sql = await openSql();
  onTestFinished(() => sql.close());
  const day = await simulateDay({ seed: 2, hours: 0.1, sql });
  expect([day.violation, day.violation && day.last]).toEqual([null, null]);
  expect(day.reservations).toBeGreaterThan(2);
  // It remembers that sale, which the model of the next one knows nothing of.
  const next = await simulateDay({ seed: 2, hours: 0.1, sql });
  expect(next.violation).toMatch(/^\w+: the SQL answers .* the model /);
});
