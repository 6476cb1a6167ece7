-- Ends an attempt at deliveries of one consumer.
-- done:   [{"eventId", "topic", "key"}]: applied; the inbox learns of it if the consumer has not told it.
-- failed: [{"eventId", "topic", "key", "attempts", "error", "retryMilliseconds", "counted"}]: tried again after that
--         time, or given up when it is null. `attempts` is the one that failed: somebody who took the row after the
--         lease ran out is not disturbed. Not `counted` gives the attempt back.
CREATE OR REPLACE FUNCTION deliveries_settle(for_consumer text, done jsonb, failed jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  INSERT INTO inbox (event_id, consumer)
  SELECT (f->>'eventId')::bigint, for_consumer FROM jsonb_array_elements(done) f ORDER BY 1
  ON CONFLICT DO NOTHING;

  DELETE FROM deliveries d
  USING jsonb_to_recordset(done) AS f("eventId" bigint, topic text, key text)
  WHERE d.consumer = for_consumer AND d.topic = f.topic AND d.key = f.key AND d.event_id = f."eventId";

  IF jsonb_array_length(failed) = 0 THEN RETURN; END IF;

  WITH given_up AS (
    DELETE FROM deliveries d
    USING jsonb_to_recordset(failed)
      AS f("eventId" bigint, topic text, key text, attempts integer, error text, "retryMilliseconds" integer)
    WHERE f."retryMilliseconds" IS NULL AND d.attempts = f.attempts
      AND d.consumer = for_consumer AND d.topic = f.topic AND d.key = f.key AND d.event_id = f."eventId"
    RETURNING d.event_id, d.attempts, f.error
  )
  INSERT INTO dead_letters (consumer, event_id, topic, key, type, payload, attempts, error)
  SELECT for_consumer, o.event_id, o.topic, o.key, o.type, o.payload, g.attempts, g.error
  FROM given_up g JOIN outbox o ON o.event_id = g.event_id
  ORDER BY o.event_id;

  WITH retried AS (
    UPDATE deliveries d
    SET next_attempt_at = moment + f."retryMilliseconds" * interval '1 millisecond', last_error = f.error,
        attempts = d.attempts - CASE WHEN f.counted THEN 0 ELSE 1 END
    FROM jsonb_to_recordset(failed) AS f("eventId" bigint, topic text, key text, attempts integer, error text,
      "retryMilliseconds" integer, counted boolean)
    WHERE f."retryMilliseconds" IS NOT NULL AND d.attempts = f.attempts
      AND d.consumer = for_consumer AND d.topic = f.topic AND d.key = f.key AND d.event_id = f."eventId"
    RETURNING d.topic, d.key, d.event_id, d.next_attempt_at
  )
  -- Later events of the key could not start before this one anyway: due with it, they aren't looked at in vain.
  UPDATE deliveries d SET next_attempt_at = r.next_attempt_at
  FROM retried r
  WHERE d.consumer = for_consumer AND d.topic = r.topic AND d.key = r.key AND d.event_id > r.event_id
    AND d.attempts = 0;
END $$
