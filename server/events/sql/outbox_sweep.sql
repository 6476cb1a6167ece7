-- Removes events that were published long ago, with their inbox rows. Keeps those that are still to be delivered and
-- those whose dead letter was not replayed. Goes through the outbox from its oldest event on, `most` at a time, past
-- what is kept, until `most` or more are removed or it comes to events that are young. Returns how many it removed:
-- fewer than two times `most`. Letters that were replayed 30 days ago go as well.
-- consumers: [{"name", "topics": [...]}]: what one of these never heard of, because a broker lost it or kept it for too
-- short a time, it is given now, and the event stays until then.
CREATE OR REPLACE FUNCTION outbox_sweep(keep_seconds integer, most integer, consumers jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  oldest_kept constant timestamptz := clock_timestamp() - make_interval(secs => keep_seconds);
  -- As long as operators may ask what became of one. While its event is here, it says that the consumer had it.
  letters_kept constant interval := '30 days';
  -- Events are never looked at twice in one sweep.
  looked_up_to bigint := 0;
  looked_at integer;
  old bigint[];
  gone integer;
  removed integer := 0;
BEGIN
  LOOP
    SELECT count(*), coalesce(array_agg(event_id) FILTER (WHERE published_at < oldest_kept), '{}'), max(event_id)
    INTO looked_at, old, looked_up_to
    FROM (
      SELECT event_id, published_at FROM outbox WHERE event_id > looked_up_to ORDER BY event_id LIMIT most
    ) next_events;
    EXIT WHEN cardinality(old) = 0;

    INSERT INTO deliveries (consumer, topic, key, event_id, next_attempt_at)
    SELECT c->>'name', o.topic, o.key, o.event_id, clock_timestamp()
    FROM outbox o, jsonb_array_elements(consumers) c
    WHERE o.event_id = ANY (old) AND c->'topics' ? o.topic
      AND NOT EXISTS (SELECT FROM inbox i WHERE i.event_id = o.event_id AND i.consumer = c->>'name')
      AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.event_id = o.event_id AND l.consumer = c->>'name')
    ON CONFLICT DO NOTHING;

    DELETE FROM outbox o
    WHERE o.event_id = ANY (old)
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.event_id = o.event_id)
      AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.event_id = o.event_id AND l.replayed_at IS NULL);
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM inbox i
    WHERE i.event_id = ANY (old) AND NOT EXISTS (SELECT FROM outbox o WHERE o.event_id = i.event_id);

    removed := removed + gone;
    EXIT WHEN looked_at < most OR removed >= most;
  END LOOP;
  DELETE FROM dead_letters
  WHERE id IN (
    SELECT l.id FROM dead_letters l
    WHERE l.replayed_at < clock_timestamp() - letters_kept
      AND NOT EXISTS (SELECT FROM outbox o WHERE o.event_id = l.event_id)
    ORDER BY l.id LIMIT most);
  RETURN removed;
END $$
