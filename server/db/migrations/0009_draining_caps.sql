-- A cap that was lowered drains: until the slots given under the old one have ended, as many may be inside as that one
-- let in. Noted here, so that the audit can tell draining from a cap that is not kept.
CREATE TABLE draining_caps (
  queue_id text PRIMARY KEY,
  cap      integer NOT NULL,
  until    timestamptz NOT NULL
);

-- On one line each, because a migration is split into statements at the ends of lines.
CREATE FUNCTION jari_note_draining_cap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO draining_caps AS d (queue_id, cap, until) VALUES (NEW.queue_id, OLD.cap, clock_timestamp() + make_interval(secs => greatest(OLD.active_seconds, NEW.active_seconds))) ON CONFLICT (queue_id) DO UPDATE SET cap = CASE WHEN d.until > clock_timestamp() THEN greatest(d.cap, excluded.cap) ELSE excluded.cap END, until = excluded.until; RETURN NULL; END $$;

CREATE TRIGGER queues_draining AFTER UPDATE OF cap ON queues
  FOR EACH ROW WHEN (NEW.cap < OLD.cap) EXECUTE FUNCTION jari_note_draining_cap();
CREATE TRIGGER queue_ledger_draining AFTER UPDATE OF cap ON queue_ledger
  FOR EACH ROW WHEN (NEW.cap < OLD.cap) EXECUTE FUNCTION jari_note_draining_cap();
