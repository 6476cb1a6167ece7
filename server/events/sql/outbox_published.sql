-- Marks events published that the broker has acknowledged, and gives the lease back, so that whoever has more to send
-- need not wait for it. event_ids: [1, 2 …].
CREATE OR REPLACE FUNCTION outbox_published(for_owner text, event_ids jsonb) RETURNS void
LANGUAGE sql AS $$
  UPDATE outbox SET published_at = clock_timestamp()
  WHERE published_at IS NULL AND event_id IN (SELECT value::bigint FROM jsonb_array_elements_text(event_ids));
  DELETE FROM leases WHERE name = 'outbox' AND owner = for_owner;
$$
