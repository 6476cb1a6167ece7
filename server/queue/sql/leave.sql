-- Users leave their queues; a ticket (0 for any) limits it to that very place. Freed slots are given on in the same call.
-- One row a request: whether there was a place to leave.
CREATE OR REPLACE FUNCTION jari_queue_leave(user_ids text[], queue_ids text[], tickets bigint[])
RETURNS TABLE (ord bigint, had_place boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  target text;
  gone text[] := '{}';
  left_now text[];
BEGIN
  FOR target IN SELECT DISTINCT q FROM unnest(queue_ids) q ORDER BY q LOOP
    PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE;
    WITH removed AS (
      DELETE FROM places p USING unnest(user_ids, queue_ids, tickets) a (u, q, t)
      WHERE p.queue_id = target AND a.q = target AND p.user_id = a.u AND (a.t = 0 OR a.t = p.ticket)
      RETURNING p.user_id, p.ticket, p.status
    ), fewer_waiting AS (
      UPDATE waiting_blocks b SET waiting = b.waiting - w.count
      FROM (SELECT r.ticket >> 7 AS block, count(*)::integer AS count FROM removed r WHERE r.status = 'WAITING' GROUP BY 1) w
      WHERE b.queue_id = target AND b.block = w.block
    ), counted AS (
      UPDATE queues q SET waiting = q.waiting - w.count
      FROM (SELECT count(*) AS count FROM removed r WHERE r.status = 'WAITING') w
      WHERE q.queue_id = target AND w.count > 0
    )
    SELECT array_agg(r.user_id) INTO left_now FROM removed r;
    SELECT gone || coalesce(array_agg(target || '/' || u), '{}') INTO gone FROM unnest(left_now) u;
    PERFORM jari_queue_admit_one(target, clock_timestamp());
  END LOOP;
  RETURN QUERY SELECT a.n, a.q || '/' || a.u = ANY (gone)
    FROM unnest(user_ids, queue_ids) WITH ORDINALITY AS a (u, q, n) ORDER BY a.n;
END $$;
