-- Adds to the timeline. What several processes find at the same time is said once: an entry with `once` is left out when
-- the last one of its subject has the same code. Returns how many were added.
CREATE OR REPLACE FUNCTION jari_incident_note(target bigint, process text, entries jsonb)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  entry record;
  added integer := 0;
BEGIN
  PERFORM FROM incidents i WHERE i.incident_id = target FOR UPDATE;
  FOR entry IN SELECT * FROM jsonb_to_recordset(entries)
    AS e (at timestamptz, subject text, code text, facts jsonb, once boolean)
  LOOP
    CONTINUE WHEN entry.once AND entry.code = (
      SELECT e.code FROM incident_entries e WHERE e.incident_id = target AND e.subject = entry.subject
      ORDER BY e.entry_id DESC LIMIT 1);
    INSERT INTO incident_entries (incident_id, at, process, subject, code, facts)
    VALUES (target, entry.at, jari_incident_note.process, entry.subject, entry.code, coalesce(entry.facts, '{}'));
    added := added + 1;
  END LOOP;
  RETURN added;
END $$;
