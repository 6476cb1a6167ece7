-- One tick of some queues (null: every queue that has anybody in it): ends slots, admits, sweeps. A queue that somebody
-- else is busy with is skipped when `wait` is false; the next tick comes soon. Returns everybody whose status changed.
CREATE OR REPLACE FUNCTION jari_queue_admit(queue_ids text[], wait boolean)
RETURNS TABLE (queue_id text, user_id text, ticket bigint, status text, expires_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  target text;
  moment timestamptz;
BEGIN
  FOR target IN SELECT q.queue_id FROM queues q WHERE queue_ids IS NULL OR q.queue_id = ANY (queue_ids) ORDER BY 1 LOOP
    IF wait THEN
      PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE;
    ELSE
      PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE SKIP LOCKED;
      CONTINUE WHEN NOT FOUND;
    END IF;
    moment := clock_timestamp();
    RETURN QUERY SELECT * FROM jari_queue_admit_one(target, moment);
    DELETE FROM places p WHERE p.queue_id = target AND p.ticket IN (
      SELECT e.ticket FROM places e
      WHERE e.queue_id = target AND e.status = 'EXPIRED' AND e.expires_at < moment - interval '10 minutes' LIMIT 1000);
    DELETE FROM waiting_blocks b USING queues q
    WHERE b.queue_id = target AND q.queue_id = target AND b.waiting = 0 AND b.block < q.last_ticket >> 7;
    DELETE FROM admissions m WHERE m.queue_id = target AND m.second < extract(epoch FROM moment) - 600;
  END LOOP;
END $$;
