-- Gives dead letters a second chance: marks them replayed and makes their deliveries due, with all their attempts.
-- ids: [1, 2 …], or null for all that wait, oldest first. A letter is replayed once, however many ask at the same time.
CREATE OR REPLACE FUNCTION dead_letters_replay(ids jsonb, most integer) RETURNS SETOF dead_letters
LANGUAGE plpgsql AS $$
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  RETURN QUERY
  WITH chosen AS MATERIALIZED (
    SELECT l.id FROM dead_letters l
    WHERE l.replayed_at IS NULL
      AND (ids IS NULL OR l.id IN (SELECT value::bigint FROM jsonb_array_elements_text(ids)))
    ORDER BY l.id LIMIT most
    FOR UPDATE SKIP LOCKED
  ), marked AS (
    UPDATE dead_letters l SET replayed_at = moment FROM chosen WHERE l.id = chosen.id
    RETURNING l.*
  ), delivered AS (
    INSERT INTO deliveries (consumer, topic, key, event_id, next_attempt_at)
    SELECT m.consumer, m.topic, m.key, m.event_id, moment FROM marked m
    ON CONFLICT DO NOTHING
  )
  SELECT * FROM marked ORDER BY id;
END $$
