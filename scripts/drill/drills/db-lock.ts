// Somebody's nightly batch sits on rows that a sale needs: wallets of a few people, and the stock of the standing section.
import pg from 'pg';
import type { Check, Drill, Scene } from '../drill.ts';

const BUYERS = Array.from({ length: 5 }, (_, i) => `locked-${i + 1}`);
const FIRST_SEAT = 2_900;
const APPLICATION = 'night-batch';

let session: pg.Client | null = null;

export const dbLock: Drill = {
  name: 'db-lock',
  what: 'a session holds row locks on wallets and on the stock of the standing section',
  kind: 'RESERVATION_BOTTLENECK',
  services: ['postgres', 'redis', 'kafka'],
  processes: [{}, {}],
  arrivals: 12,
  responses: ['cap:main', 'batches', 'consumers'],

  async prepare({ crowd }) {
    // They buy all the time, so that they have wallets and need them.
    for (const [i, userId] of BUYERS.entries()) {
      crowd.join(
        userId,
        Array.from({ length: 60 }, (_, n) => FIRST_SEAT - i * 100 + n),
      );
    }
  },

  async begin({ world }) {
    session = new pg.Client({ connectionString: world.databaseUrl, application_name: APPLICATION });
    session.on('error', () => {});
    await session.connect();
    await session.query('BEGIN');
    await session.query('SELECT FROM wallets WHERE user_id = ANY ($1) FOR UPDATE', [BUYERS]);
    await session.query('SELECT FROM standing_stock WHERE schedule_id = 456 AND seat_id = 1 FOR UPDATE');
  },

  async end() {
    await session?.query('ROLLBACK');
    await session?.end();
    session = null;
  },

  checks: async (scene) => [untouched(scene), await blockerNamed(scene)],
};

/** Numbered seats of people whose wallets are free: nothing of theirs was locked. */
function untouched({ crowd, beganAt, endedAt }: Scene): Check {
  const mine = crowd.seen.filter(
    (seen) =>
      seen.api === 'reservation' &&
      seen.at >= beganAt &&
      seen.at <= endedAt &&
      !BUYERS.includes(seen.userId) &&
      seen.seatId !== 1,
  );
  const failed = mine.filter(({ status }) => status !== 200);
  const slow = mine.filter(({ milliseconds }) => milliseconds > 1_000);
  return {
    name: "reservations that don't touch the locked rows keep succeeding",
    ok: mine.length > 0 && failed.length === 0,
    detail: `${mine.length - failed.length} of ${mine.length} succeeded, ${slow.length} took over 1 s`,
  };
}

async function blockerNamed({ world }: Scene): Promise<Check> {
  const [incident] = await world.ops.incidents();
  const { timeline } = await world.ops.incident(incident?.id ?? 0);
  const named = timeline.find(({ subject }) => subject === 'blockers');
  return {
    name: 'the timeline names who held the locks',
    ok: JSON.stringify(named?.facts ?? {}).includes(APPLICATION),
    detail: named?.text ?? 'nobody was named',
  };
}
