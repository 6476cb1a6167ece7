-- Settings and figures of queues, one row a queue that exists.
CREATE OR REPLACE FUNCTION jari_queue_stats(queue_ids text[])
RETURNS TABLE (queue_id text, cap integer, state text, active_seconds integer, no_show_seconds integer,
  release_on_confirm boolean, serving_ticket bigint, waiting bigint, active bigint, admitted_last_minute bigint)
LANGUAGE sql STABLE AS $$
  SELECT q.queue_id, q.cap, q.state, q.active_seconds, q.no_show_seconds, q.release_on_confirm, q.serving_ticket, q.waiting,
    (SELECT count(*) FROM places p
      WHERE p.queue_id = q.queue_id AND p.status = 'ACTIVE' AND p.expires_at > clock_timestamp()),
    (SELECT coalesce(sum(m.count), 0)::bigint FROM admissions m
      WHERE m.queue_id = q.queue_id
        AND extract(epoch FROM clock_timestamp()) - m.second >= 0 AND extract(epoch FROM clock_timestamp()) - m.second < 60)
  FROM queues q WHERE q.queue_id = ANY (queue_ids)
$$;
