import type { Sql } from '../../../server/db/database.ts';
import { RESERVATIONS } from '../../../server/events/event.ts';

/** Everything that the events are made of. */
export const TABLES = 'outbox, inbox, deliveries, dead_letters, sales_ranking, leases, consumer_chunks';

export interface NewEvent {
  topic?: string;
  key: string;
  type?: string;
  payload?: unknown;
}

const APPEND = `INSERT INTO outbox (topic, key, type, payload)
  SELECT e.topic, e.key, e.type, e.payload
  FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS list(item, n),
    jsonb_to_record(item) AS e(topic text, key text, type text, payload jsonb)
  ORDER BY n
  RETURNING event_id AS "eventId"`;

/** Appends events as the features do, in one transaction unless `sql` is a part of one. @returns their ids, in order */
export async function append(sql: Sql, events: readonly NewEvent[]): Promise<number[]> {
  const filled = events.map(({ topic = RESERVATIONS, key, type = 'test.happened', payload = {} }) => ({
    topic,
    key,
    type,
    payload,
  }));
  const rows = await sql.query<{ eventId: number }>(APPEND, [JSON.stringify(filled)]);
  return rows.map(({ eventId }) => eventId).sort((a, b) => a - b);
}

/** A sale, as `reservation` tells it. */
export const confirmed = (concertId: number, key: string): NewEvent => ({
  key,
  type: 'reservation.confirmed',
  payload: { reservationId: key, concertId, status: 'CONFIRMED' },
});

/** The end of a reservation that was confirmed (a refund) or only held. */
export const cancelled = (concertId: number, key: string, previousStatus: 'CONFIRMED' | 'HELD'): NewEvent => ({
  key,
  type: 'reservation.cancelled',
  payload: { reservationId: key, concertId, status: 'CANCELLED', previousStatus },
});

export const count = async (sql: Sql, from: string): Promise<number> => {
  const [row] = await sql.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`);
  return row?.n ?? 0;
};
