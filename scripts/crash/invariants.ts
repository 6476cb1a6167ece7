import type { Database, Row, Sql } from '../../server/db/database.ts';

/** What must hold of seats and money at any moment. Each query answers one row a violation, with `what` as text. */
const CHECKS: Record<string, string> = {
  'a numbered seat has one owner': `
    SELECT format('seat %s of %s has %s', seat_id, schedule_id, string_agg(user_id, ', ')) AS what
    FROM reservations JOIN seats USING (schedule_id, seat_id)
    WHERE kind = 'SEAT' AND status IN ('HELD', 'CONFIRMED')
    GROUP BY schedule_id, seat_id HAVING count(*) > 1`,
  'a user has one place in a section': `
    SELECT format('%s has %s places in %s of %s', user_id, count(*), seat_id, schedule_id) AS what
    FROM reservations WHERE status IN ('HELD', 'CONFIRMED')
    GROUP BY user_id, schedule_id, seat_id HAVING count(*) > 1`,
  'a section sells no more than it has': `
    SELECT format('section %s of %s: %s sold of %s, stock says %s of %s', seat_id, schedule_id, live, s.capacity,
      t.taken, t.capacity) AS what
    FROM seats s LEFT JOIN standing_stock t USING (schedule_id, seat_id)
    CROSS JOIN LATERAL (SELECT count(*) AS live FROM reservations r WHERE r.schedule_id = s.schedule_id
      AND r.seat_id = s.seat_id AND r.status IN ('HELD', 'CONFIRMED')) l
    WHERE s.kind = 'STANDING' AND (live > s.capacity OR t.taken IS DISTINCT FROM live OR t.capacity <> s.capacity)`,
  'a reservation is for a seat that is there': `
    SELECT format('reservation %s of %s, %s, %s', reservation_id, r.concert_id, r.schedule_id, r.seat_id) AS what
    FROM reservations r LEFT JOIN seats s USING (schedule_id, seat_id) LEFT JOIN schedules d USING (schedule_id)
    WHERE s.kind IS NULL OR d.concert_id <> r.concert_id OR r.exclusive <> (s.kind = 'SEAT')`,
  'a wallet is its ledger': `
    SELECT format('%s holds %s (%s paid in), the ledger says %s (%s)', user_id, balance, paid_in, total, added) AS what
    FROM wallets FULL JOIN (SELECT user_id, sum(amount) AS total,
      coalesce(sum(amount) FILTER (WHERE kind IN ('OPENING', 'CHARGE')), 0) AS added
      FROM wallet_entries GROUP BY user_id) e USING (user_id)
    WHERE balance IS DISTINCT FROM coalesce(total, 0) OR paid_in IS DISTINCT FROM coalesce(added, 0) OR balance < 0`,
  'a reservation is paid and refunded as it says': `
    SELECT format('reservation %s is %s with %s payments and %s refunds', reservation_id, status, paid, refunded) AS what
    FROM reservations r CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE kind = 'PAYMENT' AND amount = -price AND e.user_id = r.user_id) AS paid,
        count(*) FILTER (WHERE kind = 'REFUND' AND amount = price AND e.user_id = r.user_id) AS refunded,
        count(*) AS entries
      FROM wallet_entries e WHERE e.reservation_id = r.reservation_id) m
    WHERE entries <> paid + refunded OR (status, paid, refunded) NOT IN (VALUES ('CONFIRMED', 1, 0), ('CANCELLED', 1, 1),
      ('CANCELLED', 0, 0), ('HELD', 0, 0), ('EXPIRED', 0, 0))`,
  'money moves for a reservation that is there': `
    SELECT format('entry %s of %s', entry_id, user_id) AS what FROM wallet_entries e
    WHERE reservation_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM reservations r WHERE r.reservation_id = e.reservation_id)`,
  'the events of a reservation tell its whole story in order': `
    SELECT format('reservation %s is %s, its events say %s', reservation_id, status, coalesce(story, 'nothing')) AS what
    FROM reservations r LEFT JOIN (
      SELECT key, string_agg(concat(payload ->> 'previousStatus', '>', payload ->> 'status'), ' ' ORDER BY event_id) AS story,
        bool_and(type = 'reservation.' || lower(payload ->> 'status')) AS typed
      FROM outbox WHERE topic = 'reservations' GROUP BY key) o ON o.key = r.reservation_id::text
    WHERE typed IS NOT TRUE OR (status, story) NOT IN (VALUES
      ('HELD', '>HELD'), ('CONFIRMED', '>CONFIRMED'), ('CONFIRMED', '>HELD HELD>CONFIRMED'),
      ('EXPIRED', '>HELD HELD>EXPIRED'), ('CANCELLED', '>HELD HELD>CANCELLED'),
      ('CANCELLED', '>CONFIRMED CONFIRMED>CANCELLED'), ('CANCELLED', '>HELD HELD>CONFIRMED CONFIRMED>CANCELLED'))`,
  'each event is about a reservation that is there': `
    SELECT format('event %s', event_id) AS what FROM outbox o WHERE topic = 'reservations'
      AND NOT EXISTS (SELECT FROM reservations r WHERE r.reservation_id::text = o.key)`,
  'each charge is announced once': `
    SELECT format('%s was charged %s, events say %s', user_id, e.amounts, o.amounts) AS what
    FROM (SELECT user_id, array_agg(amount ORDER BY entry_id) AS amounts FROM wallet_entries
      WHERE kind = 'CHARGE' GROUP BY user_id) e
    FULL JOIN (SELECT key AS user_id, array_agg((payload ->> 'amount')::bigint ORDER BY event_id) AS amounts FROM outbox
      WHERE topic = 'wallets' GROUP BY key) o USING (user_id)
    WHERE e.amounts IS DISTINCT FROM o.amounts`,
  'what is remembered for a key happened': `
    SELECT format('key %s of %s', k.key, k.user_id) AS what FROM idempotency_keys k
    WHERE answer ->> 'code' = 'OK' AND answer ->> 'reservationId' IS NOT NULL
      AND NOT EXISTS (SELECT FROM reservations r WHERE r.reservation_id = (answer ->> 'reservationId')::uuid
        AND r.user_id = answer ->> 'userId')`,
};

interface Violation extends Row {
  what: string;
}

/** Everything that is wrong with the seats and the money in a database: "name of the check: what". */
export function violations(database: Pick<Database, 'transaction'>): Promise<string[]> {
  const work = async (sql: Sql) => {
    const found: string[] = [];
    for (const [name, check] of Object.entries(CHECKS)) {
      for (const { what } of await sql.query<Violation>(`${check} LIMIT 20`)) found.push(`${name}: ${what}`);
    }
    return found;
  };
  return database.transaction(work, { unhurried: true }); // there may be much to read
}
