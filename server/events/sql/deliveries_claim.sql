-- Takes deliveries that are due for one consumer, at most one a key: the first that is left of it. An event that
-- failed therefore holds up its own key and no other. Counts the attempt now, so that an event that ends the process
-- is given up one day as well, and moves the next attempt ahead by the lease: nobody else takes the row until then.
--
-- A row whose last attempt was counted and never settled (its process ended, or its consumer hung) is a suspect. After
-- the first time `most_suspects` of them are taken together, after that each alone: what was only taken together with
-- the culprit must not share its end.
-- `applied` is true when the inbox knows the event already.
--
-- A session keeps its plan, which may be made for an empty table and was seen to go through all deliveries for each one
-- that is due: 0.8 s a call with 9,000 waiting. So every look-up is a probe by the way it is written, as in
-- docs/decisions/0014.
CREATE OR REPLACE FUNCTION deliveries_claim(
  for_consumer text, most integer, most_suspects integer, lease_milliseconds integer)
RETURNS TABLE (
  event_id bigint, topic text, key text, type text, payload jsonb, at timestamptz,
  attempts integer, last_error text, applied boolean
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  RETURN QUERY
  WITH due AS MATERIALIZED (
    SELECT d.ctid AS at, d.event_id, d.next_attempt_at, d.last_error,
      CASE WHEN d.last_error IS NULL THEN least(d.attempts, 2) ELSE 0 END AS suspicion
    FROM deliveries d
    WHERE d.consumer = for_consumer AND d.next_attempt_at <= moment
      AND d.event_id = (
        SELECT first.event_id FROM deliveries first
        WHERE first.consumer = for_consumer AND first.topic = d.topic AND first.key = d.key
        ORDER BY first.event_id LIMIT 1)
    ORDER BY d.next_attempt_at, d.event_id
    LIMIT most
    FOR UPDATE OF d SKIP LOCKED
  ), ranked AS (
    SELECT due.*, first_value(suspicion) OVER (ORDER BY next_attempt_at, event_id) AS of_first,
      row_number() OVER (PARTITION BY suspicion ORDER BY next_attempt_at, event_id) AS nth
    FROM due
  ), claimed AS (
    UPDATE deliveries d
    SET attempts = d.attempts + 1, last_error = NULL,
        next_attempt_at = moment + lease_milliseconds * interval '1 millisecond'
    FROM ranked r
    -- They are locked, so they stay where they were read.
    WHERE d.ctid = r.at AND r.suspicion = r.of_first
      AND r.nth <= CASE r.of_first WHEN 0 THEN most WHEN 1 THEN most_suspects ELSE 1 END
    RETURNING d.event_id, d.attempts, r.last_error
  )
  SELECT o.event_id, o.topic, o.key, o.type, o.payload, o.created_at, c.attempts, c.last_error,
    EXISTS (SELECT FROM inbox i WHERE i.event_id = c.event_id AND i.consumer = for_consumer)
  FROM claimed c
  CROSS JOIN LATERAL (SELECT * FROM outbox i WHERE i.event_id = c.event_id LIMIT 1) o
  ORDER BY c.event_id;
END $$
