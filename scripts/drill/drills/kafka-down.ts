// The broker is killed, and started again. Nobody who buys may notice.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, Drill, Scene } from '../drill.ts';

const CAUGHT_UP_WITHIN_MILLISECONDS = 30_000;

export const kafkaDown: Drill = {
  name: 'kafka-down',
  what: 'the Kafka broker is killed, and comes back',
  kind: 'EVENTS_STALLED',
  services: ['postgres', 'redis', 'kafka'],
  processes: [{}, {}],
  arrivals: 12,
  responses: ['relay'],

  begin: ({ world }) => world.services.kill('kafka'),
  end: ({ world }) => world.services.restart('kafka'),

  checks: async (scene) => [unnoticed(scene), await caughtUp(scene)],
};

function unnoticed({ crowd }: Scene): Check {
  const failed = crowd.seen.filter(({ status }) => status === 0 || status >= 500);
  return {
    name: 'nobody who buys notices',
    ok: failed.length === 0,
    detail: `${failed.length} of ${crowd.seen.length} requests failed`,
  };
}

/** Every event that was appended has been applied once by every consumer. */
async function caughtUp({ world }: Scene): Promise<Check> {
  const text = `SELECT count(*)::int AS all,
      count(*) FILTER (WHERE published_at IS NULL)::int AS waiting,
      count(*) FILTER (WHERE NOT EXISTS (SELECT FROM inbox i WHERE i.event_id = o.event_id AND i.consumer = 'sales-ranking'))::int AS missing
    FROM outbox o WHERE topic = 'reservations'`;
  let row = { all: 0, waiting: -1, missing: -1 };
  for (const until = Date.now() + CAUGHT_UP_WITHIN_MILLISECONDS; Date.now() < until; await sleep(500)) {
    row = (await world.database.query<typeof row>(text)).rows[0] ?? row;
    if (row.waiting === 0 && row.missing === 0) break;
  }
  return {
    name: 'every event was delivered, the lag is 0 again',
    ok: row.waiting === 0 && row.missing === 0,
    detail: `${row.all} events, ${row.waiting} wait, ${row.missing} not applied`,
  };
}
