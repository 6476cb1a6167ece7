-- Notes that users whose slot has not been taken up yet are here. Writes a row at most once a slot, and only when asked
-- for one that is still good.
CREATE OR REPLACE FUNCTION jari_queue_seen(user_ids text[], queue_ids text[])
RETURNS void LANGUAGE sql AS $$
  UPDATE places p SET seen_at = clock_timestamp()
  FROM unnest(user_ids, queue_ids) a (u, q)
  WHERE p.queue_id = a.q AND p.user_id = a.u
    AND p.status = 'ACTIVE' AND p.seen_at IS NULL AND p.expires_at > clock_timestamp()
$$;
