// SIGKILL under load, again and again: nothing that was acknowledged is lost, nothing is done twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, vi } from 'vitest';
import { type Chances, chances } from '../../scripts/crash/chances.ts';
import { Customers } from '../../scripts/crash/customers.ts';
import { emptyJournal, type Journal, rarest, until } from '../../scripts/crash/journal.ts';
import { lookUp } from '../../scripts/crash/truth.ts';
import { violations } from '../../scripts/crash/violations.ts';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { DATABASES, type DatabaseTarget } from '../support/databases.ts';
import { call, OPS_TOKEN, type Service, startService } from '../support/service.ts';

vi.setConfig({ testTimeout: 300_000 });

const KILLS = 4;
const CUSTOMERS = 16;
/** So that there is more to do than to look up afterwards. */
const THINK_MILLISECONDS = 10;
/** What makes it a run, however slow the machine. */
const ANSWERS_BETWEEN_KILLS = 40;
const LEAST_OF_EACH = 6;
const LEAST_PLACES = CUSTOMERS + 20;
const ENOUGH_WITHIN_MILLISECONDS = 60_000;
const OPENING_BALANCE = 10_000_000;
/** Nothing ends by itself here: what is gone was lost. */
const HOUR = '3600';
const RULES = { openingBalance: OPENING_BALANCE, holdsEnd: false };
const ENV = {
  QUEUE_CAP: String(CUSTOMERS),
  ACTIVE_SECONDS: HOUR,
  NO_SHOW_SECONDS: HOUR,
  HOLD_SECONDS: HOUR,
  OPENING_BALANCE: String(OPENING_BALANCE),
};

async function databaseFor(target: DatabaseTarget): Promise<Record<string, string>> {
  if (target.name === 'PGlite') return {};
  return { DATABASE_URL: await createDatabase(process.env.JARI_TEST_DATABASE_URL as string) };
}

/** Kills the service at a random moment of its work, once there is something to lose, and every other time once more while it comes up again. */
async function killAgainAndAgain(service: Service, { told }: Journal, random: Chances): Promise<void> {
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = told.length;
    await sleep(300 + random() * 900);
    await until(() => told.length >= before + ANSWERS_BETWEEN_KILLS, ENOUGH_WITHIN_MILLISECONDS);
    await service.kill();
    if (kill % 2 === 0) {
      const restart = service.restart().catch(() => {});
      await sleep(random() * 2_000);
      await service.kill();
      await restart;
    }
    await service.restart();
  }
}

async function underLoad(service: Service, seed: number): Promise<Journal> {
  const journal = emptyJournal();
  const customers = new Customers([service.url], journal, THINK_MILLISECONDS);
  const shopping = Array.from({ length: CUSTOMERS }, (_, i) => `customer-${i}`);
  // Those who shop come first, so that they are inside.
  await Promise.all(shopping.map((userId) => customers.enter(userId)));
  const busy = [
    ...shopping.map((userId, i) => customers.shop(userId, chances(seed + i))),
    customers.arrive('newcomer'),
  ];
  try {
    await killAgainAndAgain(service, journal, chances(seed));
    await until(() => enough(journal), ENOUGH_WITHIN_MILLISECONDS);
  } finally {
    customers.leave();
  }
  await Promise.all(busy);
  return journal;
}

// Side by side: much of it is waiting for a start.
describe.concurrent.each(DATABASES)('SIGKILL under load on $name', (target) => {
  it.skipIf(target.missing)('loses nothing that was acknowledged and does nothing twice', async ({ expect }) => {
    const seed = Date.now() % 1_000_000;
    const database = await databaseFor(target);
    const service = await startService({ ...ENV, ...database });
    try {
      const journal = await underLoad(service, seed);
      await service.kill();
      await service.restart();
      const truth = await lookUp(service.url, journal);
      expect(violations(journal, truth, RULES), `seed ${seed}`).toEqual([]);
      expect(enough(journal)).toBe(true);

      // What was confirmed is counted once, however often its event was delivered.
      const confirmed = [...truth.reservations.values()].flat().filter(({ status }) => status === 'CONFIRMED').length;
      await expect.poll(() => sold(service, 123), { timeout: 60_000 }).toBe(confirmed);
      // Events without an effect on the ranking may still be on their way.
      await expect.poll(() => audited(service), { timeout: 60_000 }).toEqual([]);
      expect(service.output()).not.toContain('a defect');
    } finally {
      await service.stop();
      if (database.DATABASE_URL) await dropDatabase(database.DATABASE_URL);
    }
  });
});

/** The run was a run: every kind of change was acknowledged, and people came. */
const enough = (journal: Journal) => rarest(journal) >= LEAST_OF_EACH && journal.places.size >= LEAST_PLACES;

/** What the audit finds wrong. */
async function audited(service: Service): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${OPS_TOKEN}` };
  const { body } = await call<{ checks: { ok: boolean }[] }>(service.url, 'GET', '/ops/api/audit', undefined, headers);
  return body.checks.filter(({ ok }) => !ok);
}

async function sold(service: Service, concertId: number): Promise<number | undefined> {
  const { body } = await call<{ items: { concertId: number; sold: number }[] }>(service.url, 'GET', '/api/v1/concerts');
  return body.items.find((concert) => concert.concertId === concertId)?.sold;
}
