-- Notes that users whose slot has not been taken up yet are here. Writes a row at most once a slot, and only when asked
-- for one that is still good.
CREATE OR REPLACE FUNCTION jari_queue_seen(user_ids text[], queue_ids text[])
RETURNS void LANGUAGE sql AS $$
  UPDATE places p SET seen_at = clock_timestamp()
  FROM (
    SELECT o.queue_id, o.ticket FROM unnest(user_ids, queue_ids) a (u, q)
    CROSS JOIN LATERAL (
      SELECT * FROM places s WHERE s.queue_id = a.q AND s.user_id = a.u LIMIT 1) o
    WHERE o.status = 'ACTIVE' AND o.seen_at IS NULL AND o.expires_at > clock_timestamp()
  ) here
  WHERE p.queue_id = here.queue_id AND p.ticket = here.ticket AND p.status = 'ACTIVE' AND p.seen_at IS NULL
$$;
