// What is looked at when the faults are over: what people were told, the tables, the events, the line, and the logs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../server/db/database.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import type { World } from '../drill/world.ts';
import { ask } from './ask.ts';
import { type Receiver, undelivered, unreceived } from './deliveries.ts';
import { violations as wrongInTables } from './invariants.ts';
import type { Journal } from './journal.ts';
import { type FoundReservation, lookUp } from './truth.ts';
import { type Rules, violations } from './violations.ts';

export interface Evidence {
  world: World;
  journal: Journal;
  receiver: Receiver;
  rules: Rules;
  say: (line: string) => void;
}

/** There may be much to read, on a busy machine. */
const PATIENT = { ...PG_DEFAULTS, statementTimeoutMilliseconds: 120_000, connectTimeoutMilliseconds: 30_000 };
const DRAINED_WITHIN_MILLISECONDS = 90_000;
const LOOK_EVERY_MILLISECONDS = 500;

/** Everything that does not hold. Waits until what is on its way has come, but not for ever. */
export async function verdict(evidence: Evidence): Promise<string[]> {
  const database = openPostgres(evidence.world.databaseUrl, PATIENT);
  try {
    return await judged(evidence, database);
  } finally {
    await database.close();
  }
}

async function judged({ world, journal, receiver, ...rest }: Evidence, database: Database): Promise<string[]> {
  const url = (world.processes[0] as { url: string }).url;
  const began = performance.now();
  const stuck = await emptied(async () => [
    ...(await undelivered(database)),
    ...(await behind(world)),
    ...(await salesWrong(url, database)),
    ...(await holdsLeft(database)),
  ]);
  rest.say(`drained in ${((performance.now() - began) / 1_000).toFixed(1)} s; comparing`);
  // After so many crashes the planner knows nothing of these tables, and compares all with all.
  await database.query('ANALYZE');
  const truth = await lookUp(url, journal, (userId) => reservationsOf(database, userId));
  return [
    ...stuck,
    ...violations(journal, truth, rest.rules),
    ...(await wrongInTables(database)),
    ...(await unreceived(database, receiver.received)),
    ...(await emptied(() => audited(world))),
    ...(await livesLost(database)),
    ...defectsIn(world.output),
  ];
}

/** What is left of a list that should become empty by itself. */
async function emptied(look: () => Promise<string[]>): Promise<string[]> {
  for (const deadline = Date.now() + DRAINED_WITHIN_MILLISECONDS; ; await sleep(LOOK_EVERY_MILLISECONDS)) {
    const left = await look().catch((error: Error) => [`not everything can be looked at: ${error.message}`]);
    if (left.length === 0 || Date.now() > deadline) return left;
  }
}

/** What the brokers say of each group, where there are any. */
async function behind(world: World): Promise<string[]> {
  if (world.services.urls.KAFKA_BROKERS === undefined) return [];
  const { areas } = await world.ops.checklist();
  const lags = areas.kafka.items.filter(({ name }) => name.startsWith('lag of '));
  if (lags.length === 0) return ['nothing is known of the lag of consumers'];
  return lags.filter(({ value }) => value !== 0).map(({ name, value }) => `${name}: ${value}`);
}

/** Every confirmed reservation counts once in the ranking of sales. */
async function salesWrong(url: string, database: Database): Promise<string[]> {
  const { text } = await ask(url, 'GET', '/api/v1/concerts');
  const { items } = JSON.parse(text) as { items: { concertId: number; sold: number }[] };
  const confirmed = await database.query<{ concert_id: number; sold: number }>(
    `SELECT concert_id, count(*) AS sold FROM reservations WHERE status = 'CONFIRMED' GROUP BY concert_id`,
  );
  return confirmed.flatMap(({ concert_id, sold }) => {
    const shown = items.find(({ concertId }) => concertId === concert_id)?.sold;
    return shown === sold ? [] : [`concert ${concert_id} has sold ${sold}, the ranking says ${shown}`];
  });
}

/** Holds whose time is over end by themselves. */
async function holdsLeft(database: Database): Promise<string[]> {
  const left = await database.query<{ id: string }>(
    `SELECT reservation_id::text AS id FROM reservations WHERE status = 'HELD' AND held_until < clock_timestamp()`,
  );
  return left.map(({ id }) => `the time of hold ${id} is over, and it keeps its seat`);
}

function reservationsOf(database: Database, userId: string): Promise<FoundReservation[]> {
  return database.query<FoundReservation & Record<string, unknown>>(
    `SELECT reservation_id::text AS "reservationId", status, price FROM reservations WHERE user_id = $1`,
    [userId],
  );
}

async function audited(world: World): Promise<string[]> {
  const { ok, checks } = await world.ops.audit();
  const bad = checks.filter((check) => !check.ok).map(({ name, detail }) => `audit: ${name}: ${detail}`);
  return bad.length === 0 && !ok ? ['audit is not ok'] : bad;
}

/** Redis that syncs every write loses nothing, so nothing of it may be taken for lost. */
async function livesLost(database: Database): Promise<string[]> {
  const lines = await database.query<{ queue_id: string; epoch: number }>(
    'SELECT queue_id, epoch FROM queue_ledger WHERE epoch <> 1',
  );
  return lines.map(({ queue_id, epoch }) => `the data of the line ${queue_id} began ${epoch} times`);
}

/** A server that is gone is no defect of the service; anything that it did not foresee is. */
function defectsIn(output: readonly string[]): string[] {
  return output.filter((line) => /a defect|"level":60/.test(line)).map((line) => `in the log: ${line.slice(0, 500)}`);
}
