-- One tick of one queue: ends slots, admits, sweeps. When somebody else is busy with the queue, it waits for them, or
-- leaves it to the next tick when `wait` is false. Returns everybody whose status changed.
CREATE OR REPLACE FUNCTION jari_queue_admit(target text, wait boolean)
RETURNS TABLE (queue_id text, user_id text, ticket bigint, status text, expires_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz;
  old bigint[];
BEGIN
  IF wait THEN
    PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE;
  ELSE
    PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE SKIP LOCKED;
  END IF;
  IF NOT FOUND THEN RETURN; END IF;
  moment := clock_timestamp();

  -- A slot from the future means that the clock was set back: it begins now and keeps its length.
  UPDATE places p SET active_at = moment, expires_at = p.expires_at - (p.active_at - moment)
  WHERE p.queue_id = target AND p.status = 'ACTIVE' AND p.active_at > moment;

  RETURN QUERY SELECT * FROM jari_queue_admit_one(target, moment, '{}');

  SELECT array_agg(e.ticket) INTO old FROM (
    SELECT p.ticket FROM places p
    WHERE p.queue_id = target AND p.status = 'EXPIRED' AND p.expires_at < moment - interval '10 minutes'
    LIMIT 1000) e;
  IF old IS NOT NULL THEN PERFORM jari_queue_forget(target, old); END IF;
  DELETE FROM waiting_blocks b USING queues q
  WHERE b.queue_id = target AND q.queue_id = target AND b.waiting = 0 AND b.block < q.last_ticket >> 7;
  DELETE FROM admissions m WHERE m.queue_id = target AND m.second < extract(epoch FROM moment) - 600;
END $$;
