-- Changes the settings of a queue (null leaves one as it is), creating it when it is new, and serves the line at once.
CREATE OR REPLACE FUNCTION jari_queue_configure(
  target text, new_cap integer, new_active_seconds integer, new_no_show_seconds integer, patch jsonb)
RETURNS SETOF queues LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO queues (queue_id, cap, active_seconds, no_show_seconds)
  VALUES (target, new_cap, new_active_seconds, new_no_show_seconds) ON CONFLICT DO NOTHING;
  UPDATE queues q SET
    cap = coalesce((patch ->> 'cap')::integer, q.cap),
    state = coalesce(patch ->> 'state', q.state),
    active_seconds = coalesce((patch ->> 'activeSeconds')::integer, q.active_seconds),
    no_show_seconds = coalesce((patch ->> 'noShowSeconds')::integer, q.no_show_seconds),
    release_on_confirm = coalesce((patch ->> 'releaseOnConfirm')::boolean, q.release_on_confirm)
  WHERE q.queue_id = target;
  PERFORM jari_queue_admit_one(target, clock_timestamp(), '{}');
  RETURN QUERY SELECT * FROM queues q WHERE q.queue_id = target;
END $$;
