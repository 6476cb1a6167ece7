-- Ends the slots of one queue that ran out or were not taken up, then admits from the head of the line up to the cap.
-- The caller holds the queue's row lock. Returns everybody whose status changed.
CREATE OR REPLACE FUNCTION jari_queue_admit_one(target text, moment timestamptz)
RETURNS TABLE (queue_id text, user_id text, ticket bigint, status text, expires_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  queue queues%ROWTYPE;
  free bigint;
BEGIN
  SELECT * INTO queue FROM queues q WHERE q.queue_id = target;

  RETURN QUERY
    UPDATE places p SET status = 'EXPIRED', expires_at = least(p.expires_at, moment)
    WHERE p.queue_id = target AND p.status = 'ACTIVE'
      AND (p.expires_at <= moment
        OR p.seen_at IS NULL AND p.active_at + make_interval(secs => queue.no_show_seconds) <= moment)
    RETURNING p.queue_id, p.user_id, p.ticket, p.status, p.expires_at;

  IF queue.state <> 'OPEN' OR queue.waiting = 0 THEN RETURN; END IF;
  SELECT queue.cap - count(*) INTO free FROM places p WHERE p.queue_id = target AND p.status = 'ACTIVE';
  IF free <= 0 THEN RETURN; END IF;

  RETURN QUERY
    WITH admitted AS (
      UPDATE places p
      SET status = 'ACTIVE', active_at = moment, expires_at = moment + make_interval(secs => queue.active_seconds)
      WHERE p.queue_id = target AND p.ticket IN (
        SELECT w.ticket FROM places w WHERE w.queue_id = target AND w.status = 'WAITING' ORDER BY w.ticket LIMIT free)
      RETURNING p.*
    ), fewer_waiting AS (
      UPDATE waiting_blocks b SET waiting = b.waiting - gone.count
      FROM (SELECT a.ticket >> 7 AS block, count(*)::integer AS count FROM admitted a GROUP BY 1) gone
      WHERE b.queue_id = target AND b.block = gone.block
    ), counted AS (
      UPDATE queues q SET waiting = q.waiting - total.count, serving_ticket = greatest(q.serving_ticket, total.last)
      FROM (SELECT count(*) AS count, max(a.ticket) AS last FROM admitted a) total
      WHERE q.queue_id = target
    ), measured AS (
      INSERT INTO admissions AS m (queue_id, second, count)
      SELECT target, floor(extract(epoch FROM moment))::bigint, count(*) FROM admitted HAVING count(*) > 0
      ON CONFLICT (queue_id, second) DO UPDATE SET count = m.count + excluded.count
    )
    SELECT a.queue_id, a.user_id, a.ticket, a.status, a.expires_at FROM admitted a ORDER BY a.ticket;
END $$;
