import type { Database, Row } from '../../db/database.ts';
import type { Auditor } from '../audit.ts';

/** Each query answers one row a violation, with `what` as text, at most {@link MOST_SHOWN} of them. */
const CHECKS: readonly { name: string; sql: string }[] = [
  {
    name: 'one owner a seat',
    sql: `SELECT format('seat %s of schedule %s has %s', r.seat_id, r.schedule_id, count(*)) AS what
      FROM reservations r JOIN seats s USING (schedule_id, seat_id)
      WHERE s.kind = 'SEAT' AND r.status IN ('HELD', 'CONFIRMED')
      GROUP BY r.schedule_id, r.seat_id HAVING count(*) > 1`,
  },
  {
    name: 'sold never exceeds the capacity',
    sql: `SELECT format('section %s of schedule %s: %s sold, %s counted, of %s', t.seat_id, t.schedule_id, l.live, t.taken, t.capacity) AS what
      FROM standing_stock t
      CROSS JOIN LATERAL (SELECT count(*) AS live FROM reservations r WHERE r.schedule_id = t.schedule_id
        AND r.seat_id = t.seat_id AND r.status IN ('HELD', 'CONFIRMED')) l
      WHERE t.taken > t.capacity OR l.live <> t.taken`,
  },
  {
    name: 'every wallet equals its ledger',
    sql: `SELECT format('a wallet holds %s, its ledger says %s', w.balance, coalesce(e.total, 0)) AS what
      FROM wallets w FULL JOIN (SELECT user_id, sum(amount) AS total FROM wallet_entries GROUP BY user_id) e USING (user_id)
      WHERE w.balance IS DISTINCT FROM coalesce(e.total, 0) OR w.balance < 0`,
  },
  {
    name: 'every confirmed reservation paid exactly once',
    sql: `SELECT format('reservation %s is %s with %s payments and %s refunds', r.reservation_id, r.status, m.paid, m.refunded) AS what
      FROM reservations r
      LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE e.kind = 'PAYMENT' AND e.amount = -r.price) AS paid,
          count(*) FILTER (WHERE e.kind = 'REFUND' AND e.amount = r.price) AS refunded, count(*) AS entries
        FROM wallet_entries e WHERE e.reservation_id = r.reservation_id) m ON true
      WHERE m.entries <> m.paid + m.refunded
        OR r.status = 'CONFIRMED' AND (m.paid <> 1 OR m.refunded <> 0)
        OR r.status IN ('HELD', 'EXPIRED') AND m.entries <> 0
        OR r.status = 'CANCELLED' AND m.paid <> m.refunded`,
  },
  {
    name: 'every event delivered or in the dead letters',
    sql: `SELECT format('event %s (%s) of %s', o.event_id, o.type, o.created_at) AS what
      FROM outbox o
      WHERE o.topic = 'reservations' AND o.created_at < clock_timestamp() - interval '1 minute'
        AND NOT EXISTS (SELECT FROM inbox i WHERE i.event_id = o.event_id AND i.consumer = 'sales-ranking')
        AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.event_id = o.event_id AND l.consumer = 'sales-ranking')`,
  },
];

const MOST_SHOWN = 5;

interface Violation extends Row {
  what: string;
  total: number;
}

/** The invariants of seats, money and events, checked over all rows. */
export const databaseAuditor =
  (database: Database): Auditor =>
  () =>
    Promise.all(
      CHECKS.map(async ({ name, sql }) => {
        const found = await database.query<Violation>(
          `SELECT what, count(*) OVER () AS total FROM (${sql}) v LIMIT ${MOST_SHOWN}`,
        );
        const shown = found.map(({ what }) => what).join('; ');
        return {
          name,
          ok: found.length === 0,
          detail: found.length === 0 ? 'no violation' : `${found[0]?.total}: ${shown}`,
        };
      }),
    );
