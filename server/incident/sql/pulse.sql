-- A process says what it sees (`seen`, empty for nothing) and learns of the incident that is open, or was until a moment
-- ago. Opens one when there is none: of several processes that say the same, one. Times are milliseconds since 1970.
CREATE OR REPLACE FUNCTION jari_incident_pulse(seen text[], began_at timestamptz)
RETURNS TABLE (incident_id bigint, kinds text[], began timestamptz, opened timestamptz, closed timestamptz, unwell jsonb,
  caps jsonb, now_ms bigint, fresh boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz := clock_timestamp();
  ms bigint := floor(extract(epoch FROM moment) * 1000);
  mine jsonb := (SELECT coalesce(jsonb_object_agg(k, ms), '{}') FROM unnest(seen) k);
  made bigint;
BEGIN
  IF cardinality(seen) > 0 THEN
    UPDATE incidents i SET unwell = i.unwell || mine,
      kinds = i.kinds || ARRAY(SELECT k FROM unnest(seen) WITH ORDINALITY AS u (k, n) WHERE k <> ALL (i.kinds) ORDER BY n)
    WHERE i.closed_at IS NULL;
    IF NOT FOUND THEN
      INSERT INTO incidents AS i (kinds, began_at, opened_at, unwell)
      VALUES (seen, least(jari_incident_pulse.began_at, moment), moment, mine)
      ON CONFLICT DO NOTHING RETURNING i.incident_id INTO made;
    END IF;
  END IF;
  RETURN QUERY
    SELECT i.incident_id, i.kinds, i.began_at, i.opened_at, i.closed_at, i.unwell, i.caps, ms, i.incident_id = made IS TRUE
    FROM incidents i WHERE i.closed_at IS NULL OR i.closed_at > moment - interval '10 seconds'
    ORDER BY i.closed_at DESC NULLS FIRST LIMIT 1;
END $$;
