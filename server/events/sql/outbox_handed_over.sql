-- Ends what outbox_hand_out.sql began: marks the events published and gives the lease back.
-- by_table: [{"name", "topics"}]: the other consumers, who get a delivery each.
-- done_ids, done_by: which event was applied, and by whom; the inbox learns of it if the consumer has not told it.
-- parked: {consumer: [see deliveries_park.sql]}: what could not be applied yet.
CREATE OR REPLACE FUNCTION outbox_handed_over(
  for_owner text, event_ids bigint[], by_table jsonb, done_ids bigint[], done_by text[], parked jsonb) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  INSERT INTO inbox (event_id, consumer)
  SELECT * FROM unnest(done_ids, done_by) ORDER BY 1, 2
  ON CONFLICT DO NOTHING;

  PERFORM deliveries_park(p.key, p.value) FROM jsonb_each(parked) p ORDER BY p.key;

  WITH marked AS (
    -- Somebody who took them over after the lease ran out may have marked them.
    UPDATE outbox o SET published_at = moment FROM unnest(event_ids) AS e (id)
    WHERE o.event_id = e.id AND o.published_at IS NULL
    RETURNING o.event_id, o.topic, o.key
  )
  INSERT INTO deliveries (consumer, topic, key, event_id, next_attempt_at)
  SELECT c->>'name', m.topic, m.key, m.event_id, moment
  FROM marked m, jsonb_array_elements(by_table) c
  WHERE c->'topics' ? m.topic
  ON CONFLICT DO NOTHING;

  -- Not deleted: a row that stays is written over in its place.
  UPDATE leases SET until = '-infinity' WHERE name = 'outbox' AND owner = for_owner;
END $$
