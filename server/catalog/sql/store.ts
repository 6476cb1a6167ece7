import type { Database, Row, Sql } from '../../db/database.ts';
import type {
  AvailabilityView,
  CatalogStore,
  ConcertRow,
  NewConcert,
  ScheduleView,
  SeatBlock,
  SeatView,
} from '../store.ts';

const CONCERTS = `
  SELECT c.concert_id AS "concertId", c.title, c.title_en AS "titleEn", c.artist, c.venue, c.poster,
    (SELECT min(d.starts_at) FROM schedules d WHERE d.concert_id = c.concert_id) AS "firstStartsAt",
    coalesce((SELECT min(s.price) FROM schedules d JOIN seats s USING (schedule_id) WHERE d.concert_id = c.concert_id), 0)
      AS "priceFrom"
  FROM concerts c`;

const SCHEDULES = `
  SELECT c.concert_id AS "concertId", d.schedule_id AS "concertScheduleId", d.starts_at AS "startsAt",
    coalesce(s.capacity, 0)::bigint AS capacity,
    coalesce(s.capacity - coalesce(t.taken, 0) - numbered.taken, 0)::bigint AS remaining,
    coalesce(s.price_from, 0) AS "priceFrom", coalesce(s.price_to, 0) AS "priceTo"
  FROM concerts c
  LEFT JOIN schedules d ON d.concert_id = c.concert_id
  LEFT JOIN LATERAL (
    SELECT sum(e.capacity) AS capacity, min(e.price) AS price_from, max(e.price) AS price_to
    FROM seats e WHERE e.schedule_id = d.schedule_id) s ON true
  LEFT JOIN LATERAL (SELECT sum(o.taken) AS taken FROM standing_stock o WHERE o.schedule_id = d.schedule_id) t ON true
  LEFT JOIN LATERAL (
    SELECT count(*) AS taken FROM reservations r WHERE r.schedule_id = d.schedule_id AND r.exclusive
      AND r.status IN ('HELD', 'CONFIRMED') AND (r.status = 'CONFIRMED' OR r.held_until > clock_timestamp())) numbered ON true
  WHERE c.concert_id = $1 ORDER BY d.starts_at`;

// A numbered seat is what its one live reservation says; a standing section is its stock. A hold that has run out counts
// as gone for the first, and for the second as soon as the next tick has swept it.
const SEATS = `
  SELECT s.seat_id AS "seatId", s.label, s.section, s.kind, s.price, s.capacity,
    CASE WHEN s.kind = 'STANDING' THEN t.capacity - t.taken WHEN r.status IS NULL THEN 1 ELSE 0 END AS remaining,
    CASE WHEN s.kind = 'STANDING' THEN CASE WHEN t.taken < t.capacity THEN 'AVAILABLE' ELSE 'SOLD' END
      ELSE coalesce(r.status, 'AVAILABLE') END AS status
  FROM seats s
  LEFT JOIN standing_stock t ON t.schedule_id = s.schedule_id AND t.seat_id = s.seat_id
  LEFT JOIN (
    SELECT o.seat_id, CASE o.status WHEN 'CONFIRMED' THEN 'SOLD' ELSE 'HELD' END AS status
    FROM reservations o WHERE o.schedule_id = $2 AND o.exclusive AND o.status IN ('HELD', 'CONFIRMED')
      AND (o.status = 'CONFIRMED' OR o.held_until > clock_timestamp())) r ON r.seat_id = s.seat_id
  WHERE s.schedule_id = (SELECT d.schedule_id FROM schedules d WHERE d.schedule_id = $2 AND d.concert_id = $1)
  ORDER BY s.seat_id`;

// The same rules as SEATS, put together by the database: a venue of 20,000 seats is one row of 20,000 characters.
const AVAILABILITY = `
  SELECT string_agg(CASE WHEN s.kind = 'STANDING' THEN CASE WHEN t.taken < t.capacity THEN '0' ELSE '2' END
      WHEN r.status = 'CONFIRMED' THEN '2' WHEN r.status = 'HELD' THEN '1' ELSE '0' END, '' ORDER BY s.seat_id) AS states,
    coalesce(jsonb_agg(jsonb_build_object('seatId', s.seat_id, 'remaining', t.capacity - t.taken) ORDER BY s.seat_id)
      FILTER (WHERE s.kind = 'STANDING'), '[]') AS standing
  FROM seats s
  LEFT JOIN standing_stock t ON t.schedule_id = s.schedule_id AND t.seat_id = s.seat_id
  LEFT JOIN reservations r ON r.schedule_id = s.schedule_id AND r.seat_id = s.seat_id AND r.exclusive
    AND r.status IN ('HELD', 'CONFIRMED') AND (r.status = 'CONFIRMED' OR r.held_until > clock_timestamp())
  WHERE s.schedule_id = (SELECT d.schedule_id FROM schedules d WHERE d.schedule_id = $2 AND d.concert_id = $1)`;

export function sqlCatalogStore(database: Database): CatalogStore {
  return {
    async concerts() {
      const rows = await database.query<ConcertRow & Row>(CONCERTS);
      return rows.map((row) => ({
        ...row,
        firstStartsAt: row.firstStartsAt && new Date(row.firstStartsAt).toISOString(),
      }));
    },

    async schedules(concertId) {
      const rows = await database.query<ScheduleView & Row>(SCHEDULES, [concertId]);
      if (rows.length === 0) return null;
      const real = rows.filter((row) => row.concertScheduleId !== null);
      return real.map((row) => ({ ...row, startsAt: new Date(row.startsAt).toISOString() }));
    },

    async seats(concertId, scheduleId) {
      const rows = await database.query<SeatView & Row>(SEATS, [concertId, scheduleId]);
      return rows.length > 0 ? rows : null;
    },

    async availability(concertId, scheduleId) {
      const [row] = await database.query<AvailabilityView & Row>(AVAILABILITY, [concertId, scheduleId]);
      return row?.states ? row : null;
    },

    async add(concerts) {
      const work = async (sql: Sql) => {
        for (const concert of concerts) await addConcert(sql, concert);
      };
      // Processes that start together wait for the one that adds.
      await database.transaction(work, { unhurried: true });
    },
  };
}

async function addConcert(sql: Sql, concert: NewConcert): Promise<void> {
  const { concertId, title, titleEn, artist, venue, poster } = concert;
  await sql.query(
    `INSERT INTO concerts (concert_id, title, title_en, artist, venue, poster) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [concertId, title, titleEn, artist, venue, JSON.stringify(poster)],
  );
  for (const { concertScheduleId, startsAt, blocks } of concert.schedules) {
    const added = await sql.query(
      `INSERT INTO schedules (schedule_id, concert_id, starts_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1`,
      [concertScheduleId, concertId, startsAt],
    );
    if (added.length > 0) for (const block of blocks) await addBlock(sql, concertScheduleId, block);
  }
}

async function addBlock(sql: Sql, scheduleId: number, { section, kind, price, seats }: SeatBlock): Promise<void> {
  await sql.query(
    `WITH added AS (
       INSERT INTO seats (schedule_id, seat_id, label, section, kind, price, capacity)
       SELECT $1, s."seatId", s.label, $2, $3, $4, s.capacity
       FROM jsonb_to_recordset($5::jsonb) AS s ("seatId" bigint, label text, capacity integer)
       RETURNING schedule_id, seat_id, capacity, kind)
     INSERT INTO standing_stock (schedule_id, seat_id, capacity)
     SELECT schedule_id, seat_id, capacity FROM added WHERE kind = 'STANDING'`,
    [scheduleId, section, kind, price, JSON.stringify(seats)],
  );
}
