-- Takes deliveries that are due for one consumer, at most one a key: the first that is left of it. An event that
-- failed therefore holds up its own key and no other. Counts the attempt now, so that an event that ends the process
-- is given up one day as well, and moves the next attempt ahead by the lease: nobody else takes the row until then.
-- `applied` is true when the inbox knows the event already.
CREATE OR REPLACE FUNCTION deliveries_claim(for_consumer text, most integer, lease_milliseconds integer)
RETURNS TABLE (
  event_id bigint, topic text, key text, type text, payload jsonb, at timestamptz,
  attempts integer, last_error text, applied boolean
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  RETURN QUERY
  WITH due AS MATERIALIZED (
    SELECT d.topic, d.key, d.event_id
    FROM deliveries d
    WHERE d.consumer = for_consumer AND d.next_attempt_at <= moment
      AND NOT EXISTS (
        SELECT FROM deliveries earlier
        WHERE earlier.consumer = for_consumer AND earlier.topic = d.topic AND earlier.key = d.key
          AND earlier.event_id < d.event_id)
    ORDER BY d.next_attempt_at, d.event_id
    LIMIT most
    FOR UPDATE OF d SKIP LOCKED
  ), claimed AS (
    UPDATE deliveries d
    SET attempts = d.attempts + 1, next_attempt_at = moment + lease_milliseconds * interval '1 millisecond'
    FROM due
    WHERE d.consumer = for_consumer AND d.topic = due.topic AND d.key = due.key AND d.event_id = due.event_id
    RETURNING d.event_id, d.attempts, d.last_error
  )
  SELECT o.event_id, o.topic, o.key, o.type, o.payload, o.created_at, c.attempts, c.last_error,
    EXISTS (SELECT FROM inbox i WHERE i.event_id = c.event_id AND i.consumer = for_consumer)
  FROM claimed c JOIN outbox o ON o.event_id = c.event_id
  ORDER BY o.event_id;
END $$
