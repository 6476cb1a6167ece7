import { openDatabase } from '../../server/db/open.ts';
import type { Subject } from './kit.ts';

export const CONCERT_ID = 900;
export const SCHEDULE_ID = 901;
export const STANDING_SEAT_ID = 1;
export const FIRST_NUMBERED_SEAT_ID = 1_000;
const NUMBERED_SEATS = 500_000;
const SEATS_AT_ONCE = 50_000;

/** Adds a schedule with many numbered seats and one huge standing section, while the service rests. */
export async function addSeats(subject: Subject, numberedSeats = NUMBERED_SEATS): Promise<void> {
  await subject.kill();
  const database = await openDatabase({ dataDir: subject.dataDir, databaseUrl: subject.databaseUrl });
  await database.query(
    `INSERT INTO concerts (concert_id, title, title_en, artist, venue) VALUES ($1, 'bench', 'bench', 'bench', 'bench')`,
    [CONCERT_ID],
  );
  await database.query('INSERT INTO schedules (schedule_id, concert_id, starts_at) VALUES ($1, $2, now())', [
    SCHEDULE_ID,
    CONCERT_ID,
  ]);
  await database.query(
    `INSERT INTO seats (schedule_id, seat_id, label, section, kind, price, capacity)
     VALUES ($1, $2, 'standing', 'S', 'STANDING', 10, 2000000000)`,
    [SCHEDULE_ID, STANDING_SEAT_ID],
  );
  // In parts, each well within the driver's time limit for a statement.
  for (let added = 0; added < numberedSeats; added += SEATS_AT_ONCE) {
    await database.query(
      `INSERT INTO seats (schedule_id, seat_id, label, section, kind, price, capacity)
       SELECT $1, n, n::text, 'A', 'SEAT', 10, 1 FROM generate_series($2::bigint, $3::bigint) n`,
      [SCHEDULE_ID, FIRST_NUMBERED_SEAT_ID + added, FIRST_NUMBERED_SEAT_ID + added + SEATS_AT_ONCE - 1],
    );
  }
  await database.query('INSERT INTO standing_stock (schedule_id, seat_id, capacity) VALUES ($1, $2, 2000000000)', [
    SCHEDULE_ID,
    STANDING_SEAT_ID,
  ]);
  await database.query('ANALYZE');
  await database.close();
  await subject.restart();
}

/** Users u1 … un take the slots of the line. */
export async function admit(url: string, users: number): Promise<void> {
  for (let n = 1; n <= users; n++) {
    const response = await fetch(`${url}/api/v1/token/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: `u${n}` }),
    });
    const { status } = (await response.json()) as { status: string };
    if (status !== 'ACTIVE') throw new Error(`u${n} should be inside, but is ${status}`);
  }
}
