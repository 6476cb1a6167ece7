-- Pays holds (`pay`) or cancels reservations. Items: {reservationId, userId (null: whoever's), pay, key?, hash?,
-- requestId?}. One row an item, in order: answer {code, …}; a null answer means ask again, because an earlier item of
-- this call is the same user's. Only the owner's row in the expected state is ever changed.
CREATE OR REPLACE FUNCTION jari_settle(items jsonb)
RETURNS TABLE (ord bigint, answer jsonb, replayed boolean, request_id text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  ids uuid[] := ARRAY(SELECT DISTINCT (i ->> 'reservationId')::uuid FROM jsonb_array_elements(items) i);
  moment timestamptz;
BEGIN
  PERFORM jari_lock_wallets(ARRAY(SELECT DISTINCT r.user_id FROM reservations r WHERE r.reservation_id = ANY (ids)));
  PERFORM FROM reservations r WHERE r.reservation_id = ANY (ids) ORDER BY r.reservation_id FOR UPDATE;
  PERFORM jari_expire(ids);
  moment := clock_timestamp();

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT a.n AS ord, i.* FROM jsonb_array_elements(items) WITH ORDINALITY AS a (i, n)
    CROSS JOIN LATERAL jsonb_to_record(a.i) AS i (
      "reservationId" uuid, "userId" text, pay boolean, key text, hash text, "requestId" text)
  ), known AS MATERIALIZED (
    SELECT a.*, r AS own, r.user_id AS owner, w.balance, coalesce(a."userId", r.user_id, '') AS scope,
      k.hash AS old_hash, k.answer AS old_answer, k.request_id AS old_request_id,
      CASE
        WHEN k.hash = a.hash THEN 'REPLAY'
        WHEN k.hash IS NOT NULL THEN 'IDEMPOTENCY_KEY_REUSED'
        WHEN r.reservation_id IS NULL OR r.user_id <> a."userId" THEN 'RESERVATION_NOT_FOUND'
        WHEN a.pay THEN CASE r.status
          WHEN 'CONFIRMED' THEN 'OWN'
          WHEN 'EXPIRED' THEN 'HOLD_EXPIRED'
          WHEN 'CANCELLED' THEN 'RESERVATION_CLOSED'
          ELSE CASE WHEN w.balance < r.price THEN 'INSUFFICIENT_BALANCE' ELSE 'TRY' END END
        ELSE CASE r.status WHEN 'CANCELLED' THEN 'OWN' WHEN 'EXPIRED' THEN 'RESERVATION_CLOSED' ELSE 'TRY' END
      END AS code
    FROM asked a
    LEFT JOIN reservations r ON r.reservation_id = a."reservationId"
    LEFT JOIN wallets w ON w.user_id = r.user_id
    LEFT JOIN idempotency_keys k ON k.user_id = coalesce(a."userId", r.user_id, '') AND k.key = a.key
  ), of_user AS MATERIALIZED (
    SELECT k.*, k.code = 'TRY' AND row_number() OVER (PARTITION BY k.owner, k.code = 'TRY' ORDER BY k.ord) = 1 AS first
    FROM known k
  ), changed AS (
    UPDATE reservations r SET
      status = CASE WHEN o.pay THEN 'CONFIRMED' ELSE 'CANCELLED' END,
      confirmed_at = CASE WHEN o.pay THEN moment ELSE r.confirmed_at END,
      held_until = NULL
    FROM of_user o
    WHERE o.first AND r.reservation_id = o."reservationId" AND r.user_id = o.owner AND r.status = (o.own).status
      AND (r.status = 'CONFIRMED' OR r.held_until > moment)
    RETURNING r AS row
  ), done AS MATERIALIZED (
    SELECT c.row, (o.own).status AS previous,
      CASE WHEN o.pay THEN -(c.row).price WHEN (o.own).status = 'CONFIRMED' THEN (c.row).price ELSE 0 END AS amount
    FROM changed c JOIN of_user o ON o.first AND o."reservationId" = (c.row).reservation_id
  ), moved AS (
    UPDATE wallets w SET balance = w.balance + d.amount FROM done d WHERE w.user_id = (d.row).user_id AND d.amount <> 0
  ), entered AS (
    INSERT INTO wallet_entries (user_id, amount, kind, reservation_id)
    SELECT (d.row).user_id, d.amount, CASE WHEN (d.row).status = 'CONFIRMED' THEN 'PAYMENT' ELSE 'REFUND' END,
      (d.row).reservation_id
    FROM done d WHERE (d.row).status = 'CONFIRMED' OR d.previous = 'CONFIRMED'
  ), returned AS (
    UPDATE standing_stock s SET taken = s.taken - n.count
    FROM (SELECT (d.row).schedule_id AS schedule_id, (d.row).seat_id AS seat_id, count(*) AS count FROM done d
      WHERE (d.row).status = 'CANCELLED' AND NOT (d.row).exclusive GROUP BY 1, 2) n
    WHERE s.schedule_id = n.schedule_id AND s.seat_id = n.seat_id
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'reservations', (d.row).reservation_id::text, 'reservation.' || lower((d.row).status),
      jari_reservation_event(d.row, d.previous) FROM done d
  ), decided AS MATERIALIZED (
    SELECT o.ord, CASE
      WHEN o.code = 'REPLAY' THEN o.old_answer
      WHEN (d.row).reservation_id IS NOT NULL THEN jari_reservation_answer(d.row, o.balance + d.amount)
      WHEN o.code = 'OWN' THEN jari_reservation_answer(o.own, o.balance)
      WHEN o.code <> 'TRY' THEN jsonb_build_object('code', o.code)
    END AS answer
    FROM of_user o LEFT JOIN done d ON o.first AND (d.row).reservation_id = o."reservationId"
  ), remembered AS (
    INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer)
    SELECT DISTINCT ON (o.scope, o.key) o.scope, o.key, o.hash, o."requestId", d.answer
    FROM of_user o JOIN decided d ON d.ord = o.ord
    WHERE o.key IS NOT NULL AND o.old_hash IS NULL AND d.answer IS NOT NULL
    ORDER BY o.scope, o.key, o.ord
    ON CONFLICT DO NOTHING
  )
  SELECT o.ord, d.answer, o.code = 'REPLAY', coalesce(o.old_request_id, o."requestId")
  FROM of_user o JOIN decided d ON d.ord = o.ord ORDER BY o.ord;
END $$;
