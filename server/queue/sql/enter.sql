-- Users enter their queues. The same user keeps the place they have; whose slot has ended starts again at the back.
-- A queue's row lock makes entry order the order of tickets. Everybody new joins the line, then the line is served:
-- so a slot goes to a newcomer at once only when one is free and nobody else waits.
CREATE OR REPLACE FUNCTION jari_queue_enter(
  user_ids text[], queue_ids text[], new_cap integer, new_active_seconds integer, new_no_show_seconds integer)
RETURNS TABLE (ord bigint, user_id text, queue_id text, status text, "position" bigint, ticket bigint, expires_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  target text;
  moment timestamptz;
BEGIN
  FOR target IN SELECT DISTINCT q FROM unnest(queue_ids) q ORDER BY q LOOP
    INSERT INTO queues (queue_id, cap, active_seconds, no_show_seconds)
    VALUES (target, new_cap, new_active_seconds, new_no_show_seconds) ON CONFLICT DO NOTHING;
    PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE;
    moment := clock_timestamp();

    DELETE FROM places p WHERE p.queue_id = target AND p.user_id = ANY (user_ids)
      AND (p.status = 'EXPIRED' OR p.status = 'ACTIVE' AND p.expires_at <= moment)
      AND EXISTS (SELECT FROM unnest(user_ids, queue_ids) a (u, q) WHERE a.q = target AND a.u = p.user_id);

    WITH fresh AS (
      SELECT a.u AS user_id, row_number() OVER (ORDER BY min(a.n)) AS n
      FROM unnest(user_ids, queue_ids) WITH ORDINALITY AS a (u, q, n)
      WHERE a.q = target AND NOT EXISTS (SELECT FROM places p WHERE p.queue_id = target AND p.user_id = a.u)
      GROUP BY a.u
    ), placed AS (
      INSERT INTO places (queue_id, ticket, user_id, status, entered_at)
      SELECT target, q.last_ticket + f.n, f.user_id, 'WAITING', moment
      FROM fresh f, queues q WHERE q.queue_id = target
      RETURNING ticket
    ), counted AS (
      INSERT INTO waiting_blocks AS b (queue_id, block, waiting)
      SELECT target, p.ticket >> 9, count(*) FROM placed p GROUP BY 2
      ON CONFLICT (queue_id, block) DO UPDATE SET waiting = b.waiting + excluded.waiting
    )
    UPDATE queues q SET last_ticket = q.last_ticket + total.count, waiting = q.waiting + total.count
    FROM (SELECT count(*) AS count FROM placed) total
    WHERE q.queue_id = target AND total.count > 0;

    PERFORM jari_queue_admit_one(target, moment);
    -- Whoever asks is here: their slot is no no-show.
    UPDATE places p SET seen_at = moment
    WHERE p.queue_id = target AND p.status = 'ACTIVE' AND p.seen_at IS NULL
      AND EXISTS (SELECT FROM unnest(user_ids, queue_ids) a (u, q) WHERE a.q = target AND a.u = p.user_id);
  END LOOP;
  RETURN QUERY SELECT * FROM jari_queue_places(user_ids, queue_ids);
END $$;
