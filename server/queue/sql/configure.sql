-- Changes the settings of a queue (null leaves one as it is), creating it when it is new, and serves the line at once.
-- With a seed, a draw begins with the next ticket, unless one is pending. Opening closes the draw that is pending: its
-- tickets are known then, and as many are set aside for those that they are drawn to. Nobody is served until
-- jari_queue_draw has given them out.
CREATE OR REPLACE FUNCTION jari_queue_configure(
  target text, new_cap integer, new_active_seconds integer, new_no_show_seconds integer, patch jsonb,
  new_seed text DEFAULT NULL)
RETURNS SETOF queues LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  queue queues%ROWTYPE;
BEGIN
  INSERT INTO queues (queue_id, cap, active_seconds, no_show_seconds)
  VALUES (target, new_cap, new_active_seconds, new_no_show_seconds) ON CONFLICT DO NOTHING;
  UPDATE queues q SET
    cap = coalesce((patch ->> 'cap')::integer, q.cap),
    state = coalesce(patch ->> 'state', q.state),
    active_seconds = coalesce((patch ->> 'activeSeconds')::integer, q.active_seconds),
    no_show_seconds = coalesce((patch ->> 'noShowSeconds')::integer, q.no_show_seconds),
    release_on_confirm = coalesce((patch ->> 'releaseOnConfirm')::boolean, q.release_on_confirm)
  WHERE q.queue_id = target RETURNING * INTO queue;

  IF new_seed IS NOT NULL AND queue.draw_from IS NULL THEN
    PERFORM jari_queue_commit(target, new_seed);
    UPDATE queue_draws d SET first_ticket = queue.last_ticket + 1 WHERE d.queue_id = target AND d.revealed_at IS NULL;
    UPDATE queues q SET draw_from = queue.last_ticket + 1 WHERE q.queue_id = target;
  ELSIF queue.state = 'OPEN' AND queue.draw_from IS NOT NULL AND queue.draw_to IS NULL THEN
    UPDATE queue_draws d SET last_ticket = queue.last_ticket, revealed_at = clock_timestamp()
    WHERE d.queue_id = target AND d.revealed_at IS NULL;
    UPDATE queues q SET draw_to = queue.last_ticket, last_ticket = 2 * queue.last_ticket - queue.draw_from + 1
    WHERE q.queue_id = target;
  END IF;
  PERFORM jari_queue_admit_one(target, clock_timestamp(), '{}');
  RETURN QUERY SELECT * FROM queues q WHERE q.queue_id = target;
END $$;
