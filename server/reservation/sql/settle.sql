-- Pays holds (`pays`) or cancels reservations. All requests of a call in one transaction; request n is the n-th element
-- of each array; `user_ids` null: whoever's the reservation is. Only the owner's row in the expected state is changed.
--
-- One row a request, in order. `code` is OK with the reservation's columns, REPLAY with the remembered `answer` and
-- `request_id` of the first request with the key, or a refusal; null means ask again, because what an earlier request
-- of this call did has to be seen first. `changed`: this request did it, it was not so before.
--
-- Locks: wallets by user, reservations by id, stock by schedule and seat. The settings make every look-up an index
-- probe, whatever the planner believes about a table's size, and each plan once. See docs/decisions/0014 and 0015.
CREATE OR REPLACE FUNCTION jari_settle(reservation_ids uuid[], user_ids text[], pays boolean[], keys text[],
  hashes text[], request_ids text[], opening_balance bigint)
RETURNS TABLE (code text, reservation_id uuid, user_id text, concert_id bigint, schedule_id bigint, seat_id bigint,
  queue_id text, status text, price bigint, balance bigint, confirmed_at timestamptz, changed boolean, answer jsonb,
  request_id text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz;
BEGIN
  -- The owners', for their money; and of who brings a key, since keys are decided under their user's wallet.
  PERFORM jari_lock_wallets(ARRAY(
    SELECT r.user_id FROM unnest(reservation_ids) AS a (id)
    CROSS JOIN LATERAL (SELECT i.user_id FROM reservations i WHERE i.reservation_id = a.id LIMIT 1) r
    UNION ALL SELECT a.u FROM unnest(user_ids, keys) AS a (u, k) WHERE a.u IS NOT NULL AND a.k IS NOT NULL), opening_balance);
  -- LATERAL: one probe a row, in the order of the rows.
  PERFORM FROM (SELECT DISTINCT id FROM unnest(reservation_ids) id ORDER BY id) a
    CROSS JOIN LATERAL (SELECT FROM reservations r WHERE r.reservation_id = a.id FOR UPDATE) r;
  moment := date_trunc('milliseconds', clock_timestamp());
  PERFORM FROM (SELECT DISTINCT r.schedule_id AS d, r.seat_id AS s FROM unnest(reservation_ids, pays) AS a (id, pay)
      CROSS JOIN LATERAL (SELECT * FROM reservations i WHERE i.reservation_id = a.id LIMIT 1) r
      WHERE NOT r.exclusive AND CASE r.status WHEN 'HELD' THEN NOT a.pay OR r.held_until <= moment
        WHEN 'CONFIRMED' THEN NOT a.pay END
      ORDER BY 1, 2) gone
    CROSS JOIN LATERAL (
      SELECT FROM standing_stock t WHERE t.schedule_id = gone.d AND t.seat_id = gone.s FOR UPDATE) t;
  PERFORM jari_expire(reservation_ids, moment);

  RETURN QUERY
  WITH known AS MATERIALIZED (
    SELECT a.ord, a.id, a.pay, a.key, a.hash, a.request_id, coalesce(a.user_id, r.user_id) AS scope,
      r.user_id AS owner, r.concert_id, r.schedule_id, r.seat_id, r.queue_id, r.exclusive, r.status, r.price,
      r.confirmed_at, w.at, w.balance, k.hash AS old_hash, k.answer AS old_answer, k.request_id AS old_request_id,
      CASE
        WHEN k.hash = a.hash THEN 'REPLAY'
        WHEN k.hash IS NOT NULL THEN 'IDEMPOTENCY_KEY_REUSED'
        WHEN r.reservation_id IS NULL OR r.user_id <> a.user_id THEN 'RESERVATION_NOT_FOUND'
        WHEN a.pay THEN CASE r.status
          WHEN 'CONFIRMED' THEN 'OWN'
          WHEN 'EXPIRED' THEN 'HOLD_EXPIRED'
          WHEN 'CANCELLED' THEN 'RESERVATION_CLOSED'
          ELSE CASE WHEN w.balance < r.price THEN 'INSUFFICIENT_BALANCE' ELSE 'TRY' END END
        ELSE CASE r.status WHEN 'CANCELLED' THEN 'OWN' WHEN 'EXPIRED' THEN 'RESERVATION_CLOSED' ELSE 'TRY' END
      END AS code
    FROM unnest(reservation_ids, user_ids, pays, keys, hashes, request_ids)
      WITH ORDINALITY AS a (id, user_id, pay, key, hash, request_id, ord)
    LEFT JOIN LATERAL (SELECT * FROM reservations i WHERE i.reservation_id = a.id LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT i.ctid AS at, i.balance FROM wallets i WHERE i.user_id = r.user_id LIMIT 1) w ON true
    LEFT JOIN LATERAL (SELECT * FROM idempotency_keys i
      WHERE i.user_id = coalesce(a.user_id, r.user_id) AND i.key = a.key LIMIT 1) k ON true
  ), ranked AS MATERIALIZED (
    -- Whether a request may go ahead of knowing what became of its user's earlier ones in this call: the money is
    -- enough for all of them, and none is about the same reservation. The first always may.
    SELECT k.*, k.code = 'TRY'
      AND sum(CASE WHEN k.pay THEN k.price ELSE 0 END) OVER (PARTITION BY k.owner, k.code = 'TRY' ORDER BY k.ord) <= k.balance
      AND row_number() OVER (PARTITION BY k.id, k.code = 'TRY' ORDER BY k.ord) = 1 AS tries
    FROM known k
  ), paid AS (
    -- By id: CASE keeps the planner away from the indexes of live reservations.
    UPDATE reservations r SET status = 'CONFIRMED', confirmed_at = moment, held_until = NULL
    WHERE r.reservation_id = ANY (ARRAY(SELECT k.id FROM ranked k WHERE k.tries AND k.pay))
      AND CASE r.status WHEN 'HELD' THEN r.held_until > moment END
    RETURNING r.reservation_id
  ), cancelled AS (
    UPDATE reservations r SET status = 'CANCELLED', held_until = NULL
    WHERE r.reservation_id = ANY (ARRAY(SELECT k.id FROM ranked k WHERE k.tries AND NOT k.pay))
      AND CASE r.status WHEN 'HELD' THEN r.held_until > moment WHEN 'CONFIRMED' THEN true END
    RETURNING r.reservation_id
  ), changes AS MATERIALIZED (
    SELECT k.*, k.tries AND k.id = ANY (ARRAY(
      SELECT p.reservation_id FROM paid p UNION ALL SELECT c.reservation_id FROM cancelled c)) AS changed
    FROM ranked k
  ), decided AS MATERIALIZED (
    SELECT c.*, CASE WHEN NOT c.changed THEN 0 WHEN c.pay THEN -c.price WHEN c.status = 'CONFIRMED' THEN c.price ELSE 0 END
        AS amount,
      CASE WHEN NOT c.changed THEN c.status WHEN c.pay THEN 'CONFIRMED' ELSE 'CANCELLED' END AS status_after,
      -- What an earlier request of this call changed is not as it was found.
      coalesce(bool_or(c.changed) OVER (PARTITION BY c.id ORDER BY c.ord ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        false) AS overtaken
    FROM changes c
  ), moved AS (
    -- The wallets are locked, so their rows stay where they were read.
    UPDATE wallets w SET balance = w.balance + d.amount
    FROM (SELECT at, sum(amount) AS amount FROM decided WHERE changed GROUP BY at) d
    WHERE w.ctid = d.at AND d.amount <> 0
  ), entered AS (
    INSERT INTO wallet_entries (user_id, amount, kind, reservation_id, at)
    SELECT d.owner, d.amount, CASE WHEN d.pay THEN 'PAYMENT' ELSE 'REFUND' END, d.id, moment
    FROM decided d WHERE d.changed AND (d.pay OR d.status = 'CONFIRMED') ORDER BY d.ord
  ), returned AS (
    UPDATE standing_stock t SET taken = t.taken - n.count
    FROM (SELECT schedule_id, seat_id, count(*) AS count FROM decided WHERE changed AND NOT pay AND NOT exclusive
      GROUP BY schedule_id, seat_id) n
    WHERE t.schedule_id = n.schedule_id AND t.seat_id = n.seat_id
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'reservations', d.id::text, CASE WHEN d.pay THEN 'reservation.confirmed' ELSE 'reservation.cancelled' END,
      jari_reservation_event(d.id, d.owner, d.concert_id, d.schedule_id, d.seat_id, d.status_after, d.status, d.price,
        moment)
    FROM decided d WHERE d.changed ORDER BY d.ord
  ), answered AS MATERIALIZED (
    SELECT d.*, d.balance + sum(d.amount) OVER (PARTITION BY d.owner ORDER BY d.ord) AS balance_after,
      CASE WHEN d.changed AND d.pay THEN moment ELSE d.confirmed_at END AS confirmed,
      CASE WHEN d.changed THEN 'OK' WHEN d.overtaken OR d.code = 'TRY' THEN NULL WHEN d.code = 'OWN' THEN 'OK' ELSE d.code END AS result
    FROM decided d
  ), remembered AS (
    INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer)
    SELECT a.scope, a.key, a.hash, a.request_id, CASE a.result WHEN 'OK' THEN
      jari_reservation_answer(a.id, a.owner, a.concert_id, a.schedule_id, a.seat_id, a.status_after, a.price,
        a.balance_after, NULL, a.confirmed) ELSE jsonb_build_object('code', a.result) END
    FROM answered a
    WHERE a.key IS NOT NULL AND a.scope IS NOT NULL AND a.result NOT IN ('REPLAY', 'IDEMPOTENCY_KEY_REUSED')
    ON CONFLICT DO NOTHING
  )
  SELECT a.result, a.id, a.owner, a.concert_id, a.schedule_id, a.seat_id, a.queue_id, a.status_after, a.price,
    a.balance_after::bigint, a.confirmed, a.changed, a.old_answer, a.old_request_id
  FROM answered a ORDER BY a.ord;
END $$;
