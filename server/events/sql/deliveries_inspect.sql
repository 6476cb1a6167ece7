-- Says what events are to a consumer that has read them from the broker and is about to handle them.
-- events: [{"eventId", "topic", "key"}]
-- begins: [{"topic", "partition", "offset"}]: where the records begin that these events are of. They are remembered:
--         records that are taken in hand at the same place again were not finished the first time, and may be what
--         ended the process.
-- Returns for each event DONE (it was applied or given up, or it is in the deliveries), BEHIND (of its key something
-- is in the deliveries, and it must not overtake that), SUSPECT (it may have ended a process) or NEW.
CREATE OR REPLACE FUNCTION deliveries_inspect(for_consumer text, events jsonb, begins jsonb)
RETURNS TABLE (event_id bigint, state text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  again constant boolean := EXISTS (
    SELECT FROM jsonb_to_recordset(begins) AS b(topic text, partition integer, "offset" bigint)
    JOIN consumer_chunks c ON c.topic = b.topic AND c.partition = b.partition AND c.first_offset = b."offset"
    WHERE c.consumer = for_consumer);
BEGIN
  INSERT INTO consumer_chunks (consumer, topic, partition, first_offset)
  SELECT for_consumer, b.topic, b.partition, b."offset"
  FROM jsonb_to_recordset(begins) AS b(topic text, partition integer, "offset" bigint)
  ORDER BY 2, 3
  ON CONFLICT (consumer, topic, partition) DO UPDATE SET first_offset = excluded.first_offset;

  RETURN QUERY
  SELECT e."eventId", CASE
    WHEN EXISTS (SELECT FROM inbox i WHERE i.event_id = e."eventId" AND i.consumer = for_consumer)
      OR EXISTS (SELECT FROM dead_letters l WHERE l.event_id = e."eventId" AND l.consumer = for_consumer)
      OR EXISTS (SELECT FROM deliveries d WHERE d.consumer = for_consumer
        AND d.topic = e.topic AND d.key = e.key AND d.event_id = e."eventId") THEN 'DONE'
    WHEN EXISTS (SELECT FROM deliveries d WHERE d.consumer = for_consumer
      AND d.topic = e.topic AND d.key = e.key) THEN 'BEHIND'
    WHEN again THEN 'SUSPECT'
    ELSE 'NEW' END
  FROM jsonb_to_recordset(events) AS e("eventId" bigint, topic text, key text);
END $$
