-- Puts events aside that a consumer could not apply straight from the broker: from now on they are delivered from the
-- table, with its retries and its order per key, and the broker's log goes on.
-- parked: [{"eventId", "topic", "key", "type", "payload", "at", "attempts", "error", "waitMilliseconds"}]
CREATE OR REPLACE FUNCTION deliveries_park(for_consumer text, parked jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  moment constant timestamptz := clock_timestamp();
BEGIN
  -- Deliveries take their event from the outbox. It may have been swept while the consumer was far behind.
  INSERT INTO outbox (event_id, topic, key, type, payload, created_at, published_at) OVERRIDING SYSTEM VALUE
  SELECT p."eventId", p.topic, p.key, p.type, p.payload, p.at, moment
  FROM jsonb_to_recordset(parked)
    AS p("eventId" bigint, topic text, key text, type text, payload jsonb, at timestamptz)
  ORDER BY 1
  ON CONFLICT DO NOTHING;

  INSERT INTO deliveries (consumer, topic, key, event_id, attempts, next_attempt_at, last_error)
  SELECT for_consumer, p.topic, p.key, p."eventId", p.attempts,
    moment + p."waitMilliseconds" * interval '1 millisecond', p.error
  FROM jsonb_to_recordset(parked) AS p("eventId" bigint, topic text, key text, attempts integer, error text,
    "waitMilliseconds" integer)
  WHERE NOT EXISTS (SELECT FROM inbox i WHERE i.event_id = p."eventId" AND i.consumer = for_consumer)
    AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.event_id = p."eventId" AND l.consumer = for_consumer)
  ORDER BY 2, 3, 4
  ON CONFLICT DO NOTHING;
END $$
