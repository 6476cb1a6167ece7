-- Takes seats: holds them, or holds and pays in one step (`pays`). All requests of a call in one transaction; request n
-- is the n-th element of each array. `reservation_ids` are fresh, no two alike (else 22023); `admitted_untils` is null for
-- who is not inside.
--
-- One row a request, in order. `code` is OK with the reservation's columns, REPLAY with the remembered `answer` and
-- `request_id` of the first request with the key, or a refusal; null means ask again, because what an earlier request
-- of this call did has to be seen first. `changed`: this request did it, it was not so before.
--
-- Locks: wallets by user, holds by id, stock by schedule and seat, new seats by schedule and seat.
-- The settings make every look-up an index probe, whatever the planner believes about a table's size, and each plan
-- once. See docs/decisions/0014 and 0015.
CREATE OR REPLACE FUNCTION jari_reserve(
  user_ids text[], concert_ids bigint[], schedule_ids bigint[], seat_ids bigint[], queue_ids text[],
  reservation_ids uuid[], pays boolean[], admitted_untils timestamptz[], keys text[], hashes text[], request_ids text[],
  opening_balance bigint, hold_seconds integer, seats_per_user integer)
RETURNS TABLE (code text, reservation_id uuid, status text, price bigint, balance bigint, held_until timestamptz,
  confirmed_at timestamptz, changed boolean, answer jsonb, request_id text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz;
  holds uuid[];
BEGIN
  -- What becomes of a request is told by its id.
  IF cardinality(reservation_ids) <> (SELECT count(DISTINCT id) FROM unnest(reservation_ids) id) THEN
    RAISE EXCEPTION 'two requests of a call have one reservation_id, or none' USING ERRCODE = '22023';
  END IF;
  PERFORM jari_lock_wallets(user_ids, opening_balance);
  moment := date_trunc('milliseconds', clock_timestamp());
  -- The askers' own holds of what they ask for, and holds of it that ran out.
  holds := ARRAY(
    SELECT seat.id FROM unnest(user_ids, schedule_ids, seat_ids) AS a (u, d, s)
    CROSS JOIN LATERAL (SELECT r.reservation_id AS id, r.status, r.user_id, r.held_until FROM reservations r
      WHERE r.schedule_id = a.d AND r.seat_id = a.s AND r.exclusive AND r.status IN ('HELD', 'CONFIRMED') LIMIT 1) seat
    WHERE seat.status = 'HELD' AND (seat.user_id = a.u OR seat.held_until <= moment)
    UNION
    SELECT own.id FROM unnest(user_ids, schedule_ids, seat_ids) AS a (u, d, s)
    CROSS JOIN LATERAL (SELECT FROM standing_stock t WHERE t.schedule_id = a.d AND t.seat_id = a.s LIMIT 1) section
    CROSS JOIN LATERAL (SELECT r.reservation_id AS id, r.status FROM reservations r WHERE r.schedule_id = a.d
      AND r.seat_id = a.s AND r.user_id = a.u AND NOT r.exclusive AND r.status IN ('HELD', 'CONFIRMED') LIMIT 1) own
    WHERE own.status = 'HELD'
    UNION
    SELECT stale.id FROM (SELECT DISTINCT d, s FROM unnest(schedule_ids, seat_ids) AS u (d, s)) a
    CROSS JOIN LATERAL (SELECT FROM standing_stock t WHERE t.schedule_id = a.d AND t.seat_id = a.s LIMIT 1) section
    CROSS JOIN LATERAL (SELECT r.reservation_id AS id FROM reservations r WHERE r.schedule_id = a.d AND r.seat_id = a.s
      AND NOT r.exclusive AND r.status = 'HELD' AND r.held_until <= moment ORDER BY r.held_until LIMIT 128) stale);
  -- LATERAL: one probe a row, in the order of the rows.
  IF cardinality(holds) > 0 THEN
    PERFORM FROM (SELECT id FROM unnest(holds) id ORDER BY id) a
      CROSS JOIN LATERAL (SELECT FROM reservations r WHERE r.reservation_id = a.id FOR UPDATE) r;
  END IF;
  PERFORM FROM (SELECT DISTINCT d, s FROM unnest(schedule_ids, seat_ids) AS u (d, s) ORDER BY d, s) a
    CROSS JOIN LATERAL (SELECT FROM standing_stock t WHERE t.schedule_id = a.d AND t.seat_id = a.s FOR UPDATE) t;
  IF cardinality(holds) > 0 THEN PERFORM jari_expire(holds, moment); END IF;

  RETURN QUERY
  WITH known AS MATERIALIZED (
    -- LIMIT makes each look-up a probe a request. Of a numbered seat `live` is whoever has it, of a section the asker's.
    SELECT a.*, w.at, w.balance, k.hash AS old_hash, k.answer AS old_answer, k.request_id AS old_request_id,
      live.reservation_id AS own_id, live.status AS own_status, live.held_until AS own_until,
      live.confirmed_at AS own_confirmed, coalesce(live.price, s.price) AS price,
      s.kind = 'SEAT' AS exclusive, CASE s.kind WHEN 'SEAT' THEN 1 ELSE t.capacity - t.taken END AS remaining,
      others.count AS seats, CASE
        WHEN k.hash = a.hash THEN 'REPLAY'
        WHEN k.hash IS NOT NULL THEN 'IDEMPOTENCY_KEY_REUSED'
        WHEN live.user_id = a.user_id AND live.concert_id = a.concert_id THEN
          CASE WHEN live.status = 'CONFIRMED' OR NOT a.pay THEN 'OWN'
            WHEN w.balance < live.price THEN 'INSUFFICIENT_BALANCE' ELSE 'TRY' END
        WHEN a.admitted_until IS NULL OR a.admitted_until <= moment THEN 'NOT_ADMITTED'
        WHEN d.concert_id IS DISTINCT FROM a.concert_id THEN
          CASE WHEN (SELECT true FROM concerts c WHERE c.concert_id = a.concert_id LIMIT 1)
            THEN 'SCHEDULE_NOT_FOUND' ELSE 'CONCERT_NOT_FOUND' END
        WHEN s.kind IS NULL OR s.kind = 'STANDING' AND t.capacity IS NULL THEN 'SEAT_NOT_FOUND'
        WHEN live.reservation_id IS NOT NULL OR t.taken >= t.capacity THEN 'SEAT_TAKEN'
        WHEN seats_per_user > 0 AND others.count >= seats_per_user THEN 'SEAT_LIMIT_REACHED'
        WHEN a.pay AND w.balance < s.price THEN 'INSUFFICIENT_BALANCE'
        ELSE 'TRY'
      END AS code
    FROM unnest(user_ids, concert_ids, schedule_ids, seat_ids, queue_ids, reservation_ids, pays, admitted_untils,
      keys, hashes, request_ids) WITH ORDINALITY AS a (user_id, concert_id, schedule_id, seat_id, queue_id,
      reservation_id, pay, admitted_until, key, hash, request_id, ord)
    LEFT JOIN LATERAL (SELECT * FROM idempotency_keys i WHERE i.user_id = a.user_id AND i.key = a.key LIMIT 1) k ON true
    LEFT JOIN LATERAL (SELECT i.ctid AS at, i.balance FROM wallets i WHERE i.user_id = a.user_id LIMIT 1) w ON true
    LEFT JOIN LATERAL (SELECT * FROM schedules i WHERE i.schedule_id = a.schedule_id LIMIT 1) d ON true
    LEFT JOIN LATERAL (
      SELECT * FROM seats i WHERE i.schedule_id = a.schedule_id AND i.seat_id = a.seat_id LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT * FROM standing_stock i
      WHERE s.kind = 'STANDING' AND i.schedule_id = a.schedule_id AND i.seat_id = a.seat_id LIMIT 1) t ON true
    LEFT JOIN LATERAL (
      (SELECT * FROM reservations i WHERE s.kind = 'SEAT' AND i.schedule_id = a.schedule_id AND i.seat_id = a.seat_id
        AND i.exclusive AND i.status IN ('HELD', 'CONFIRMED') LIMIT 1)
      UNION ALL
      (SELECT * FROM reservations i WHERE s.kind = 'STANDING' AND i.schedule_id = a.schedule_id
        AND i.seat_id = a.seat_id AND i.user_id = a.user_id AND NOT i.exclusive AND i.status IN ('HELD', 'CONFIRMED')
        LIMIT 1)) live ON true
    CROSS JOIN LATERAL (
      SELECT count(*) FROM reservations i WHERE seats_per_user > 0 AND i.user_id = a.user_id
        AND i.schedule_id = a.schedule_id AND (i.status = 'CONFIRMED' OR i.status = 'HELD' AND i.held_until > moment)
      ) others
  ), ranked AS MATERIALIZED (
    -- Whether a request may go ahead of knowing what became of its user's earlier ones in this call: money and number
    -- of seats are enough for all of them. The first always may.
    SELECT k.*, k.code = 'TRY' AND sum(CASE WHEN k.pay THEN k.price ELSE 0 END) OVER earlier <= k.balance
      AND (seats_per_user = 0 OR k.own_id IS NOT NULL
        OR k.seats + count(*) FILTER (WHERE k.own_id IS NULL) OVER earlier <= seats_per_user) AS tries
    FROM known k WINDOW earlier AS (PARTITION BY k.user_id, k.code = 'TRY' ORDER BY k.ord)
  ), placed AS MATERIALIZED (
    SELECT r.*, r.tries AND r.own_id IS NULL AS fresh, coalesce(r.own_id, r.reservation_id) AS id,
      row_number() OVER same_seat AS place, first_value(r.user_id) OVER same_seat AS first_user,
      CASE WHEN NOT r.pay THEN least(moment + make_interval(secs => hold_seconds), r.admitted_until) END AS held_until
    FROM ranked r WINDOW same_seat AS (PARTITION BY r.schedule_id, r.seat_id, r.tries, r.own_id ORDER BY r.ord)
  ), taken AS (
    INSERT INTO reservations AS r (reservation_id, user_id, concert_id, schedule_id, seat_id, queue_id, exclusive, status,
      price, created_at, held_until, confirmed_at)
    SELECT p.id, p.user_id, p.concert_id, p.schedule_id, p.seat_id, p.queue_id, p.exclusive,
      CASE WHEN p.pay THEN 'CONFIRMED' ELSE 'HELD' END, p.price, moment, p.held_until, CASE WHEN p.pay THEN moment END
    FROM placed p WHERE p.fresh AND p.place <= p.remaining
    ORDER BY p.schedule_id, p.seat_id, p.ord
    ON CONFLICT DO NOTHING
    RETURNING r.reservation_id
  ), completed AS (
    -- By id: CASE keeps the planner away from the indexes of live reservations.
    UPDATE reservations r SET status = 'CONFIRMED', confirmed_at = moment, held_until = NULL
    WHERE r.reservation_id = ANY (ARRAY(SELECT p.own_id FROM placed p WHERE p.tries AND p.own_id IS NOT NULL))
      AND CASE r.status WHEN 'HELD' THEN r.held_until > moment END
    RETURNING r.reservation_id
  ), decided AS MATERIALIZED (
    SELECT p.*, CASE WHEN p.pay THEN 'CONFIRMED' ELSE 'HELD' END AS status,
      p.tries AND (p.fresh OR p.place = 1) AND p.id = ANY (ARRAY(
        SELECT t.reservation_id FROM taken t UNION ALL SELECT c.reservation_id FROM completed c)) AS changed
    FROM placed p
  ), paid AS (
    -- The wallets are locked, so their rows stay where they were read.
    UPDATE wallets w SET balance = w.balance - d.price
    FROM (SELECT at, sum(price) AS price FROM decided WHERE changed AND pay GROUP BY at) d WHERE w.ctid = d.at
  ), entered AS (
    INSERT INTO wallet_entries (user_id, amount, kind, reservation_id, at)
    SELECT d.user_id, -d.price, 'PAYMENT', d.id, moment FROM decided d WHERE d.changed AND d.pay
  ), stocked AS (
    UPDATE standing_stock t SET taken = t.taken + n.count
    FROM (SELECT schedule_id, seat_id, count(*) AS count FROM decided WHERE changed AND fresh AND NOT exclusive
      GROUP BY schedule_id, seat_id) n
    WHERE t.schedule_id = n.schedule_id AND t.seat_id = n.seat_id
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'reservations', d.id::text, CASE WHEN d.pay THEN 'reservation.confirmed' ELSE 'reservation.held' END,
      jari_reservation_event(d.id, d.user_id, d.concert_id, d.schedule_id, d.seat_id, d.status, d.own_status, d.price,
        moment)
    FROM decided d WHERE d.changed
  ), answered AS MATERIALIZED (
    SELECT d.ord, d.user_id, d.concert_id, d.schedule_id, d.seat_id, d.key, d.hash, d.request_id, d.id,
      d.price, d.changed, d.old_answer, d.old_request_id,
      CASE d.code WHEN 'OWN' THEN d.own_status ELSE d.status END AS status,
      CASE d.code WHEN 'OWN' THEN d.own_until ELSE d.held_until END AS held_until,
      CASE WHEN d.code = 'OWN' THEN d.own_confirmed WHEN d.pay THEN moment END AS confirmed_at,
      d.balance - sum(CASE WHEN d.changed AND d.pay THEN d.price ELSE 0 END)
        OVER (PARTITION BY d.user_id ORDER BY d.ord) AS balance,
      -- What an earlier request of this call changed is not as it was found.
      CASE WHEN d.changed THEN 'OK'
        WHEN d.code = 'OWN' THEN CASE WHEN bool_or(d.changed) OVER (PARTITION BY d.id ORDER BY d.ord) THEN NULL ELSE 'OK' END
        WHEN d.code <> 'TRY' THEN d.code
        WHEN d.fresh AND d.exclusive AND (d.place = 1 OR d.first_user <> d.user_id) THEN 'SEAT_TAKEN' END AS code
    FROM decided d
  ), remembered AS (
    INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer)
    SELECT a.user_id, a.key, a.hash, a.request_id, CASE a.code WHEN 'OK' THEN
      jari_reservation_answer(a.id, a.user_id, a.concert_id, a.schedule_id, a.seat_id, a.status, a.price, a.balance,
        a.held_until, a.confirmed_at) ELSE jsonb_build_object('code', a.code) END
    FROM answered a
    WHERE a.key IS NOT NULL AND a.code NOT IN ('REPLAY', 'IDEMPOTENCY_KEY_REUSED')
    ON CONFLICT DO NOTHING
  )
  SELECT a.code, a.id, a.status, a.price, a.balance::bigint, a.held_until, a.confirmed_at, a.changed, a.old_answer,
    a.old_request_id
  FROM answered a ORDER BY a.ord;
END $$;
