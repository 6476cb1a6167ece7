-- The queues in which a tick would find something to do. Reads one snapshot and locks nothing.
CREATE OR REPLACE FUNCTION jari_queue_due() RETURNS TABLE (queue_id text) LANGUAGE sql STABLE AS $$
  SELECT q.queue_id FROM queues q CROSS JOIN (SELECT clock_timestamp() AS moment) c
  WHERE EXISTS (
      SELECT FROM places p WHERE p.queue_id = q.queue_id AND p.status = 'ACTIVE'
        AND (p.expires_at <= c.moment OR p.active_at > c.moment
          OR p.seen_at IS NULL AND p.active_at + make_interval(secs => q.no_show_seconds) <= c.moment))
    OR q.draw_to IS NOT NULL
    OR q.state = 'OPEN' AND q.draw_from IS NULL AND q.waiting > 0 AND q.cap > (
      SELECT count(*) FROM places p WHERE p.queue_id = q.queue_id AND p.status = 'ACTIVE')
    OR EXISTS (
      SELECT FROM places p
      WHERE p.queue_id = q.queue_id AND p.status = 'EXPIRED' AND p.expires_at < c.moment - interval '10 minutes')
  ORDER BY q.queue_id
$$;
