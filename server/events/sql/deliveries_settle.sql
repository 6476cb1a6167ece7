-- Ends an attempt at deliveries of one consumer.
-- done:   [{"eventId", "topic", "key"}]: applied; the inbox learns of it if the consumer has not told it.
-- failed: [{"eventId", "topic", "key", "attempts", "error", "retryMilliseconds", "counted"}]: tried again after that
--         time, or given up when it is null. `attempts` is the one that failed: somebody who took the row after the
--         lease ran out is not disturbed. Not `counted` gives the attempt back.
--
-- Each delivery is found by its key, whatever plan a session keeps (see deliveries_claim.sql): only the index of keys
-- gives the order that is asked for without sorting, and `+ 0` keeps the event's number from being looked up elsewhere.
CREATE OR REPLACE FUNCTION deliveries_settle(for_consumer text, done jsonb, failed jsonb) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off SET jit = off AS $$
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  INSERT INTO inbox (event_id, consumer)
  SELECT (f->>'eventId')::bigint, for_consumer FROM jsonb_array_elements(done) f ORDER BY 1
  ON CONFLICT DO NOTHING;

  DELETE FROM deliveries d
  USING jsonb_to_recordset(done) AS f("eventId" bigint, topic text, key text)
  CROSS JOIN LATERAL (
    SELECT i.ctid AS at FROM deliveries i
    WHERE i.consumer = for_consumer AND i.topic = f.topic AND i.key = f.key AND i.event_id + 0 = f."eventId"
    ORDER BY i.event_id LIMIT 1 FOR UPDATE) mine
  WHERE d.ctid = mine.at;

  IF jsonb_array_length(failed) = 0 THEN RETURN; END IF;

  WITH given_up AS (
    DELETE FROM deliveries d
    USING jsonb_to_recordset(failed)
      AS f("eventId" bigint, topic text, key text, attempts integer, error text, "retryMilliseconds" integer)
    CROSS JOIN LATERAL (
      SELECT i.ctid AS at FROM deliveries i
      WHERE i.consumer = for_consumer AND i.topic = f.topic AND i.key = f.key AND i.event_id + 0 = f."eventId"
        AND i.attempts = f.attempts
      ORDER BY i.event_id LIMIT 1 FOR UPDATE) mine
    WHERE f."retryMilliseconds" IS NULL AND d.ctid = mine.at
    RETURNING d.event_id, d.attempts, f.error
  )
  INSERT INTO dead_letters (consumer, event_id, topic, key, type, payload, attempts, error)
  SELECT for_consumer, o.event_id, o.topic, o.key, o.type, o.payload, g.attempts, g.error
  FROM given_up g CROSS JOIN LATERAL (SELECT * FROM outbox i WHERE i.event_id = g.event_id LIMIT 1) o
  ORDER BY g.event_id;

  WITH retried AS (
    UPDATE deliveries d
    SET next_attempt_at = moment + f."retryMilliseconds" * interval '1 millisecond', last_error = f.error,
        attempts = d.attempts - CASE WHEN f.counted THEN 0 ELSE 1 END
    FROM jsonb_to_recordset(failed) AS f("eventId" bigint, topic text, key text, attempts integer, error text,
      "retryMilliseconds" integer, counted boolean)
    CROSS JOIN LATERAL (
      SELECT i.ctid AS at FROM deliveries i
      WHERE i.consumer = for_consumer AND i.topic = f.topic AND i.key = f.key AND i.event_id + 0 = f."eventId"
        AND i.attempts = f.attempts
      ORDER BY i.event_id LIMIT 1 FOR UPDATE) mine
    WHERE f."retryMilliseconds" IS NOT NULL AND d.ctid = mine.at
    RETURNING d.topic, d.key, d.event_id, d.next_attempt_at
  )
  -- Later events of the key could not start before this one anyway: due with it, they aren't looked at in vain.
  UPDATE deliveries d SET next_attempt_at = r.next_attempt_at
  FROM retried r
  CROSS JOIN LATERAL (
    SELECT i.ctid AS at FROM deliveries i
    WHERE i.consumer = for_consumer AND i.topic = r.topic AND i.key = r.key AND i.event_id > r.event_id
      AND i.attempts = 0
    ORDER BY i.event_id FOR UPDATE) later
  WHERE d.ctid = later.at;
END $$
