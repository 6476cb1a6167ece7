// An event that can't be applied: it must end in the dead letters with its cause, hold up nobody, and be applied once
// when it was mended and replayed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, Drill, Scene } from '../drill.ts';

const KEY = 'poison';
const GIVEN_UP_WITHIN_MILLISECONDS = 60_000;

let eventId = 0;
let replay = { dryRun: -1, count: -1 };
let cause = '';

export const poison: Drill = {
  name: 'poison',
  what: 'an event whose payload no consumer can read',
  kind: 'CONSUMER_FAILING',
  services: ['postgres', 'redis', 'kafka'],
  processes: [{}, {}],
  arrivals: 12,
  responses: ['isolate'],

  async begin({ world }) {
    const { rows } = await world.database.query<{ event_id: string }>(
      `INSERT INTO outbox (topic, key, type, payload) VALUES ('reservations', $1, 'reservation.confirmed', '{"concertId": "?"}')
       RETURNING event_id`,
      [KEY],
    );
    eventId = Number(rows[0]?.event_id);
  },

  /** It lasts until the event is given up. */
  async during({ world }) {
    for (const until = Date.now() + GIVEN_UP_WITHIN_MILLISECONDS; Date.now() < until; await sleep(250)) {
      const { items } = await world.ops.deadLetters();
      const letter = items.find((item) => item.eventId === eventId);
      if (!letter) continue;
      cause = letter.error;
      return;
    }
  },

  async end() {},

  /** The producer is mended, and the event has its second chance. */
  async after({ world }) {
    const mended = `UPDATE outbox SET payload = '{"concertId": 123}' WHERE event_id = $1`;
    await world.database.query(mended, [eventId]);
    replay = { dryRun: (await world.ops.replay(true)).count, count: (await world.ops.replay(false)).count };
    await sleep(7_000);
  },

  checks: async (scene) => [
    await givenUp(),
    await heldUpNobody(scene),
    await appliedOnce(scene),
    await reconciled(scene),
  ],
};

const givenUp = async (): Promise<Check> => ({
  name: 'it ended in the dead letters, with its cause',
  ok: cause !== '',
  detail: cause || 'it did not',
});

/** Other events went through while it was tried again and again. */
async function heldUpNobody({ world, beganAt, endedAt }: Scene): Promise<Check> {
  const { rows } = await world.database.query<{ events: number; late: number }>(
    `SELECT count(*)::int AS events,
       count(*) FILTER (WHERE i.applied_at IS NULL OR i.applied_at > o.created_at + interval '5 seconds')::int AS late
     FROM outbox o LEFT JOIN inbox i ON i.event_id = o.event_id AND i.consumer = 'sales-ranking'
     WHERE o.topic = 'reservations' AND o.key <> $1 AND o.type = 'reservation.confirmed'
       AND o.created_at BETWEEN to_timestamp($2 / 1000.0) AND to_timestamp($3 / 1000.0)`,
    [KEY, beganAt, endedAt],
  );
  const { events = 0, late = -1 } = rows[0] ?? {};
  return {
    name: 'it held up no other',
    ok: events > 0 && late === 0,
    detail: `${events} others meanwhile, ${late} of them late`,
  };
}

async function appliedOnce({ world }: Scene): Promise<Check> {
  const { rows } = await world.database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM inbox WHERE event_id = $1 AND consumer = $2',
    [eventId, 'sales-ranking'],
  );
  const count = rows[0]?.count ?? 0;
  return {
    name: 'mended and replayed, it was applied once',
    ok: replay.dryRun === 1 && replay.count === 1 && count === 1,
    detail: `dry run ${replay.dryRun}, replayed ${replay.count}, applied ${count} times`,
  };
}

async function reconciled({ world }: Scene): Promise<Check> {
  const [incident] = await world.ops.incidents();
  const { timeline } = await world.ops.incident(incident?.id ?? 0);
  const found = timeline.find(({ subject, code }) => subject === 'letters' && code === 'RECONCILED');
  return {
    name: 'the replay is reconciled on the incident',
    ok: found?.facts.applied === 1,
    detail: found?.text ?? 'it is not',
  };
}
