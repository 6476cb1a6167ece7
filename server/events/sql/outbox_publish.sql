-- Marks the oldest unpublished events published and gives each consumer of their topic a delivery.
-- consumers: [{"name", "topics": [...]}]; most: events. Returns how many events; 0 also when another process is at it.
--
-- One relayer at a time keeps the order per key; a second one goes away instead of waiting. Rows are found by
-- published_at IS NULL, never by "id above the last": a transaction with a lower id may commit later.
CREATE OR REPLACE FUNCTION outbox_publish(consumers jsonb, most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  moment constant timestamptz := clock_timestamp();
  published integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(1784767081, 1) THEN RETURN 0; END IF;
  -- A statement of its own, so that it sees what the relayer before this one committed.
  WITH taken AS MATERIALIZED (
    SELECT event_id FROM outbox WHERE published_at IS NULL ORDER BY event_id LIMIT most FOR UPDATE SKIP LOCKED
  ), marked AS (
    UPDATE outbox o SET published_at = moment FROM taken WHERE o.event_id = taken.event_id
    RETURNING o.event_id, o.topic, o.key
  ), delivered AS (
    INSERT INTO deliveries (consumer, topic, key, event_id, next_attempt_at)
    SELECT c->>'name', m.topic, m.key, m.event_id, moment
    FROM marked m, jsonb_array_elements(consumers) c
    WHERE c->'topics' ? m.topic
    ON CONFLICT DO NOTHING
  )
  SELECT count(*) INTO published FROM marked;
  RETURN published;
END $$
