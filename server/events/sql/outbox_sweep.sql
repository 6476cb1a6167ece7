-- Removes events that were published long ago, with their inbox rows. Keeps those that are still to be delivered and
-- those whose dead letter was not replayed. Looks at the `most` oldest events only. Returns how many it removed.
CREATE OR REPLACE FUNCTION outbox_sweep(keep_seconds integer, most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  oldest_kept constant timestamptz := clock_timestamp() - make_interval(secs => keep_seconds);
  removed integer;
BEGIN
  WITH old AS MATERIALIZED (
    SELECT o.event_id
    FROM (SELECT event_id, published_at FROM outbox ORDER BY event_id LIMIT most) o
    WHERE o.published_at < oldest_kept
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.event_id = o.event_id)
      AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.event_id = o.event_id AND l.replayed_at IS NULL)
  ), forgotten AS (
    DELETE FROM inbox i USING old WHERE i.event_id = old.event_id
  ), swept AS (
    DELETE FROM outbox o USING old WHERE o.event_id = old.event_id RETURNING 1
  )
  SELECT count(*) INTO removed FROM swept;
  RETURN removed;
END $$
