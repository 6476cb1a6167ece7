-- Returns the oldest unpublished events in order, for consumers that are handed them at once, and takes the lease of
-- the outbox as outbox_take.sql does. Returns none when there are none or another process has the lease.
-- `behind`: of these consumers those that still have something of the event's key among their deliveries, and must not
-- overtake it. `again`: it was handed out from the same event on before, and that was not finished: something of this may
-- have ended the process.
CREATE OR REPLACE FUNCTION outbox_hand_out(for_owner text, lease_milliseconds integer, most integer, consumers text[])
RETURNS TABLE (event_id bigint, topic text, key text, type text, payload jsonb, at timestamptz, behind text[],
  again boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  waiting constant boolean := EXISTS (
    SELECT FROM unnest(consumers) AS c (name)
    CROSS JOIN LATERAL (SELECT FROM deliveries d WHERE d.consumer = c.name LIMIT 1) delivery);
BEGIN
  RETURN QUERY
  WITH taken AS MATERIALIZED (
    SELECT * FROM outbox_take(for_owner, lease_milliseconds, most)
  ), before AS MATERIALIZED (
    -- As it was before this statement.
    SELECT true AS again FROM consumer_chunks c
    WHERE c.consumer = ANY (consumers) AND c.topic = 'outbox' AND c.partition = 0
      AND c.first_offset = (SELECT min(event_id) FROM taken)
    LIMIT 1
  ), begun AS (
    INSERT INTO consumer_chunks (consumer, topic, partition, first_offset)
    SELECT c.name, 'outbox', 0, t.first
    FROM (SELECT min(event_id) AS first FROM taken) t, unnest(consumers) AS c (name)
    WHERE t.first IS NOT NULL
    ORDER BY 1
    ON CONFLICT (consumer, topic, partition) DO UPDATE SET first_offset = excluded.first_offset
  )
  SELECT t.event_id, t.topic, t.key, t.type, t.payload, t.at,
    CASE WHEN waiting THEN ARRAY(
      SELECT c.name FROM unnest(consumers) AS c (name)
      -- Only the index of keys gives this order without sorting: see deliveries_claim.sql.
      WHERE (SELECT true FROM deliveries d WHERE d.consumer = c.name AND d.topic = t.topic AND d.key = t.key
        ORDER BY d.event_id LIMIT 1))
    ELSE '{}' END,
    EXISTS (SELECT FROM before)
  FROM taken t
  ORDER BY t.event_id;
END $$
