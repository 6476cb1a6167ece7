-- Takes seats: holds them, or holds and pays in one step (`pay`). All requests of a batch in one transaction.
-- Items: {userId, concertId, scheduleId, seatId, queueId, reservationId (a fresh id), pay, admittedUntil (null: not
-- inside), key?, hash?, requestId?}. One row an item, in order: answer {code, …}; a null answer means ask again,
-- because an earlier item of this call has the same user or seat and its outcome decides.
-- Locks: wallets by user, then stale holds, then stock; see docs/ARCHITECTURE.md.
CREATE OR REPLACE FUNCTION jari_reserve(items jsonb, opening_balance bigint, hold_seconds integer, seats_per_user integer)
RETURNS TABLE (ord bigint, answer jsonb, replayed boolean, request_id text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  users text[] := ARRAY(SELECT DISTINCT i ->> 'userId' FROM jsonb_array_elements(items) i WHERE i ->> 'admittedUntil' IS NOT NULL);
  stale uuid[];
  moment timestamptz;
BEGIN
  PERFORM jari_ensure_wallets(users, opening_balance);
  PERFORM jari_lock_wallets(users);
  stale := ARRAY(
    SELECT r.reservation_id FROM reservations r
    WHERE r.status = 'HELD' AND r.held_until <= clock_timestamp() AND (r.schedule_id, r.seat_id) IN (
      SELECT (i ->> 'scheduleId')::bigint, (i ->> 'seatId')::bigint FROM jsonb_array_elements(items) i)
    ORDER BY r.reservation_id FOR UPDATE);
  IF cardinality(stale) > 0 THEN PERFORM jari_expire(stale); END IF;
  PERFORM FROM standing_stock s
    WHERE (s.schedule_id, s.seat_id) IN (
      SELECT (i ->> 'scheduleId')::bigint, (i ->> 'seatId')::bigint FROM jsonb_array_elements(items) i)
    ORDER BY s.schedule_id, s.seat_id FOR UPDATE;
  moment := clock_timestamp();

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT a.n AS ord, r.* FROM jsonb_array_elements(items) WITH ORDINALITY AS a (i, n)
    CROSS JOIN LATERAL jsonb_to_record(a.i) AS r (
      "userId" text, "concertId" bigint, "scheduleId" bigint, "seatId" bigint, "queueId" text, "reservationId" uuid,
      pay boolean, "admittedUntil" timestamptz, key text, hash text, "requestId" text)
  ), known AS MATERIALIZED (
    SELECT a.*, w.balance, own.row AS own, (own.row).reservation_id AS own_id,
      k.hash AS old_hash, k.answer AS old_answer, k.request_id AS old_request_id,
      s.kind, s.price, coalesce(t.capacity - t.taken, 1) AS remaining,
      CASE
        WHEN k.hash = a.hash THEN 'REPLAY'
        WHEN k.hash IS NOT NULL THEN 'IDEMPOTENCY_KEY_REUSED'
        WHEN (own.row).concert_id = a."concertId" THEN
          CASE WHEN (own.row).status = 'CONFIRMED' OR NOT a.pay THEN 'OWN'
            WHEN w.balance IS NULL THEN 'NOT_ADMITTED'
            WHEN w.balance < (own.row).price THEN 'INSUFFICIENT_BALANCE' ELSE 'TRY' END
        WHEN a."admittedUntil" IS NULL OR a."admittedUntil" <= moment THEN 'NOT_ADMITTED'
        WHEN (SELECT true FROM concerts c WHERE c.concert_id = a."concertId" LIMIT 1) IS NULL THEN 'CONCERT_NOT_FOUND'
        WHEN (SELECT true FROM schedules d
          WHERE d.schedule_id = a."scheduleId" AND d.concert_id = a."concertId" LIMIT 1) IS NULL THEN 'SCHEDULE_NOT_FOUND'
        WHEN s.kind IS NULL THEN 'SEAT_NOT_FOUND'
        WHEN s.kind = 'STANDING' AND t.capacity - t.taken <= 0 THEN 'SEAT_TAKEN'
        WHEN s.kind = 'SEAT' AND (SELECT true FROM reservations o WHERE o.schedule_id = a."scheduleId"
          AND o.seat_id = a."seatId" AND o.exclusive AND o.status IN ('HELD', 'CONFIRMED') LIMIT 1) THEN 'SEAT_TAKEN'
        WHEN seats_per_user > 0 AND (SELECT count(*) FROM reservations o WHERE o.user_id = a."userId"
          AND o.schedule_id = a."scheduleId" AND o.status IN ('HELD', 'CONFIRMED')
          AND (o.status = 'CONFIRMED' OR o.held_until > moment)) >= seats_per_user THEN 'SEAT_LIMIT_REACHED'
        WHEN a.pay AND w.balance < s.price THEN 'INSUFFICIENT_BALANCE'
        ELSE 'TRY'
      END AS code
    FROM asked a
    LEFT JOIN LATERAL (SELECT * FROM idempotency_keys i WHERE i.user_id = a."userId" AND i.key = a.key LIMIT 1) k ON true
    LEFT JOIN LATERAL (SELECT * FROM wallets b WHERE b.user_id = a."userId" LIMIT 1) w ON true
    LEFT JOIN LATERAL (
      SELECT * FROM seats e WHERE e.schedule_id = a."scheduleId" AND e.seat_id = a."seatId" LIMIT 1) s ON true
    LEFT JOIN LATERAL (
      SELECT * FROM standing_stock e WHERE e.schedule_id = a."scheduleId" AND e.seat_id = a."seatId" LIMIT 1) t ON true
    LEFT JOIN LATERAL (
      SELECT o AS row FROM reservations o WHERE o.user_id = a."userId" AND o.schedule_id = a."scheduleId"
        AND o.seat_id = a."seatId" AND o.status IN ('HELD', 'CONFIRMED')
        AND (o.status = 'CONFIRMED' OR o.held_until > moment) LIMIT 1) own ON true
  ), of_user AS MATERIALIZED (
    -- A user's first request decides before the next: their money and their seats depend on it.
    SELECT k.*, k.code = 'TRY' AND row_number() OVER (PARTITION BY k."userId", k.code = 'TRY' ORDER BY k.ord) = 1 AS first
    FROM known k
  ), chosen AS MATERIALIZED (
    SELECT o.*, row_number() OVER (PARTITION BY o."scheduleId", o."seatId", o.own_id IS NULL ORDER BY o.ord) AS place
    FROM of_user o WHERE o.first
  ), taken AS (
    INSERT INTO reservations AS r (reservation_id, user_id, concert_id, schedule_id, seat_id, queue_id, exclusive, status,
      price, created_at, held_until, confirmed_at)
    SELECT c."reservationId", c."userId", c."concertId", c."scheduleId", c."seatId", c."queueId", c.kind = 'SEAT',
      CASE WHEN c.pay THEN 'CONFIRMED' ELSE 'HELD' END, c.price, moment,
      CASE WHEN NOT c.pay THEN least(moment + make_interval(secs => hold_seconds), c."admittedUntil") END,
      CASE WHEN c.pay THEN moment END
    FROM chosen c WHERE c.own_id IS NULL AND c.place <= c.remaining
    ORDER BY c."scheduleId", c."seatId", c."userId"
    ON CONFLICT DO NOTHING
    RETURNING r AS row
  ), completed AS (
    UPDATE reservations r SET status = 'CONFIRMED', confirmed_at = moment, held_until = NULL
    FROM chosen c
    WHERE r.reservation_id = c.own_id AND r.user_id = c."userId" AND r.status = 'HELD' AND r.held_until > clock_timestamp()
    RETURNING r AS row
  ), done AS MATERIALIZED (
    SELECT t.row, NULL AS previous FROM taken t UNION ALL SELECT c.row, 'HELD' FROM completed c
  ), paid AS (
    UPDATE wallets w SET balance = w.balance - (d.row).price FROM done d
    WHERE w.user_id = (d.row).user_id AND (d.row).status = 'CONFIRMED'
  ), entered AS (
    INSERT INTO wallet_entries (user_id, amount, kind, reservation_id)
    SELECT (d.row).user_id, -(d.row).price, 'PAYMENT', (d.row).reservation_id FROM done d WHERE (d.row).status = 'CONFIRMED'
  ), stocked AS (
    UPDATE standing_stock s SET taken = s.taken + n.count
    FROM (SELECT (t.row).schedule_id AS schedule_id, (t.row).seat_id AS seat_id, count(*) AS count FROM taken t
      WHERE NOT (t.row).exclusive GROUP BY 1, 2) n
    WHERE s.schedule_id = n.schedule_id AND s.seat_id = n.seat_id
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'reservations', (d.row).reservation_id::text, 'reservation.' || lower((d.row).status),
      jari_reservation_event(d.row, d.previous) FROM done d
  ), decided AS MATERIALIZED (
    SELECT o.ord, CASE
      WHEN o.code = 'REPLAY' THEN o.old_answer
      WHEN (d.row).reservation_id IS NOT NULL THEN jari_reservation_answer(d.row,
        o.balance - CASE WHEN (d.row).status = 'CONFIRMED' THEN (d.row).price ELSE 0 END)
      WHEN o.code = 'OWN' THEN jari_reservation_answer(o.own, o.balance)
      WHEN o.code <> 'TRY' THEN jsonb_build_object('code', o.code)
      -- Somebody of this very call has the seat: no need to ask again.
      WHEN o.kind = 'SEAT' AND EXISTS (SELECT FROM taken t
        WHERE (t.row).schedule_id = o."scheduleId" AND (t.row).seat_id = o."seatId" AND (t.row).user_id <> o."userId") THEN '{"code": "SEAT_TAKEN"}'
    END AS answer
    FROM of_user o
    LEFT JOIN done d ON o.first AND (d.row).reservation_id = coalesce(o.own_id, o."reservationId")
  ), remembered AS (
    INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer)
    SELECT DISTINCT ON (o."userId", o.key) o."userId", o.key, o.hash, o."requestId", d.answer
    FROM of_user o JOIN decided d ON d.ord = o.ord
    WHERE o.key IS NOT NULL AND o.old_hash IS NULL AND d.answer IS NOT NULL
    ORDER BY o."userId", o.key, o.ord
    ON CONFLICT DO NOTHING
  )
  SELECT o.ord, d.answer, o.code = 'REPLAY', coalesce(o.old_request_id, o."requestId")
  FROM of_user o JOIN decided d ON d.ord = o.ord ORDER BY o.ord;
END $$;
