-- Where users are in their queues, one row a request, in order; no row for who has no place. Reads one snapshot and
-- locks nothing. A slot that ran out is reported EXPIRED whether or not a tick has noticed.
-- Who is to be drawn for is told the last place: until the draw nothing better can be promised.
-- LIMIT makes each look-up an index probe, whatever the planner believes about the table's size.
CREATE OR REPLACE FUNCTION jari_queue_places(user_ids text[], queue_ids text[])
RETURNS TABLE (ord bigint, user_id text, queue_id text, status text, "position" bigint, ticket bigint, expires_at timestamptz)
LANGUAGE sql STABLE AS $$
  WITH before_block AS MATERIALIZED (
    SELECT b.queue_id, b.block, sum(b.waiting) OVER (PARTITION BY b.queue_id ORDER BY b.block) - b.waiting AS ahead
    FROM waiting_blocks b WHERE b.queue_id = ANY (queue_ids) AND b.waiting > 0
  ), mine AS MATERIALIZED (
    SELECT a.ord, p.* FROM unnest(user_ids, queue_ids) WITH ORDINALITY AS a (user_id, queue_id, ord)
    CROSS JOIN LATERAL (
      SELECT * FROM places o WHERE o.queue_id = a.queue_id AND o.user_id = a.user_id LIMIT 1) p
  )
  SELECT p.ord, p.user_id, p.queue_id,
    CASE WHEN p.status = 'ACTIVE' AND p.expires_at <= clock_timestamp() THEN 'EXPIRED' ELSE p.status END,
    CASE WHEN p.status = 'WAITING' AND p.ticket >= q.draw_from THEN q.waiting
    WHEN p.status = 'WAITING' THEN b.ahead::bigint + (
      SELECT count(*) FROM places w
      WHERE w.queue_id = p.queue_id AND w.status = 'WAITING' AND w.ticket BETWEEN (p.ticket >> 7) << 7 AND p.ticket
    ) ELSE 0 END,
    p.ticket, p.expires_at
  FROM mine p JOIN queues q ON q.queue_id = p.queue_id
  LEFT JOIN before_block b ON b.queue_id = p.queue_id AND b.block = p.ticket >> 7
  ORDER BY p.ord
$$;
