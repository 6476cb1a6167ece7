-- Returns the oldest unpublished events in order, to the process that relays them to the broker: it takes or keeps a
-- lease on that. Returns none when there are none or another process has the lease.
--
-- Two relays at once would break nothing: each sends what is unpublished from the oldest on, so of each key the first
-- copy of an event comes before the first copy of the next, and consumers pass over the second copies. Rows are found
-- by published_at IS NULL, never by "id above the last": a transaction with a lower id may commit later.
CREATE OR REPLACE FUNCTION outbox_take(for_owner text, lease_milliseconds integer, most integer)
RETURNS TABLE (event_id bigint, topic text, key text, type text, payload jsonb, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  lease_end constant timestamptz := clock_timestamp() + lease_milliseconds * interval '1 millisecond';
BEGIN
  IF NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL) THEN RETURN; END IF;
  INSERT INTO leases AS l (name, owner, until) VALUES ('outbox', for_owner, lease_end)
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE l.owner = excluded.owner OR l.until < clock_timestamp();
  IF NOT FOUND THEN RETURN; END IF;
  -- A statement of its own, so that it sees what the relay before this one marked.
  RETURN QUERY
  SELECT o.event_id, o.topic, o.key, o.type, o.payload, o.created_at
  FROM outbox o WHERE o.published_at IS NULL ORDER BY o.event_id LIMIT most;
END $$
