-- Ends the slots of one queue that ran out or were not taken up, then admits up to the cap: first those who were promised
-- to be next, then from the head of the line. At most 1000 of each, so that no call takes long. `here` are users who are
-- asking at this moment: for them, being admitted is showing up. The caller holds the queue's row lock. Returns everybody
-- whose status changed.
-- Rows are changed one by one, by their full key: each is an index probe then, whatever the planner believes about the
-- table's size. For a list of tickets it would rather walk through the whole queue.
CREATE OR REPLACE FUNCTION jari_queue_admit_one(target text, moment timestamptz, here text[])
RETURNS TABLE (queue_id text, user_id text, ticket bigint, status text, expires_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  most CONSTANT integer := 1000;
  queue queues%ROWTYPE;
  free bigint;
  chosen bigint[];
  promised bigint[];
  waited integer;
  one bigint;
BEGIN
  SELECT * INTO queue FROM queues q WHERE q.queue_id = target;

  SELECT array_agg(d.ticket) INTO chosen FROM (
    SELECT p.ticket FROM places p
    WHERE p.queue_id = target AND p.status = 'ACTIVE'
      AND (p.expires_at <= moment
        OR p.seen_at IS NULL AND p.active_at + make_interval(secs => queue.no_show_seconds) <= moment)
    LIMIT most FOR UPDATE) d;
  IF chosen IS NOT NULL THEN
    FOREACH one IN ARRAY chosen LOOP
      RETURN QUERY
        UPDATE places p SET status = 'EXPIRED', expires_at = least(p.expires_at, moment)
        WHERE p.queue_id = target AND p.ticket = one
        RETURNING p.queue_id, p.user_id, p.ticket, p.status, p.expires_at;
    END LOOP;
    UPDATE queues q SET moves = q.moves + 1 WHERE q.queue_id = target;
  END IF;

  IF queue.state <> 'OPEN' OR queue.draw_from IS NOT NULL OR queue.waiting = 0 THEN RETURN; END IF;
  SELECT least(queue.cap - count(*), most) INTO free FROM places p WHERE p.queue_id = target AND p.status = 'ACTIVE';
  IF free <= 0 THEN RETURN; END IF;

  promised := ARRAY(
    SELECT p.ticket FROM places p WHERE p.queue_id = target AND p.status = 'WAITING' AND p.ahead
    ORDER BY p.ticket LIMIT free);
  -- Nobody waits in front of whoever was admitted last; saying so spares a walk over what the index has left of them.
  chosen := ARRAY(
    SELECT p.ticket FROM places p
    WHERE p.queue_id = target AND p.status = 'WAITING' AND p.ticket > queue.serving_ticket AND NOT p.ahead
    ORDER BY p.ticket LIMIT free - cardinality(promised));
  queue.serving_ticket := coalesce(chosen[cardinality(chosen)], queue.serving_ticket);
  chosen := promised || chosen;
  IF cardinality(chosen) = 0 THEN RETURN; END IF;
  waited := 0;
  FOREACH one IN ARRAY chosen LOOP
    UPDATE places p
    SET status = 'ACTIVE', active_at = moment, expires_at = moment + make_interval(secs => queue.active_seconds),
      seen_at = CASE WHEN p.user_id = ANY (here) THEN moment END
    WHERE p.queue_id = target AND p.ticket = one
    RETURNING p.queue_id, p.user_id, p.ticket, p.status, p.expires_at
    INTO queue_id, user_id, ticket, status, expires_at;
    RETURN NEXT;
    IF user_id <> ALL (here) THEN waited := waited + 1; END IF;
  END LOOP;

  UPDATE waiting_blocks b SET waiting = b.waiting - gone.count
  FROM (SELECT t >> 7 AS block, count(*)::integer AS count FROM unnest(chosen) t GROUP BY 1) gone
  WHERE b.queue_id = target AND b.block = gone.block;
  UPDATE queues q SET moves = q.moves + 1, waiting = q.waiting - cardinality(chosen),
    serving_ticket = queue.serving_ticket
  WHERE q.queue_id = target;
  INSERT INTO admitted_batches (queue_id, at, tickets, promised) VALUES (target, moment, chosen, cardinality(promised));
  -- For the line's pace: not those who were let in as they came, which only says that there was room.
  IF waited = 0 THEN RETURN; END IF;
  INSERT INTO admissions AS m (queue_id, second, count)
  VALUES (target, floor(extract(epoch FROM moment))::bigint, waited)
  ON CONFLICT (queue_id, second) DO UPDATE SET count = m.count + excluded.count;
END $$;
