-- Slots keep the length that they were given: when that is lowered first and the cap afterwards, the cap drains for as long
-- as the longer slots last, not the shorter ones. On one line, as in 0009.
CREATE OR REPLACE FUNCTION jari_note_draining_cap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO draining_caps AS d (queue_id, cap, until) VALUES (NEW.queue_id, OLD.cap, clock_timestamp() + make_interval(secs => greatest(OLD.active_seconds, NEW.active_seconds))) ON CONFLICT (queue_id) DO UPDATE SET cap = CASE WHEN d.until > clock_timestamp() THEN greatest(d.cap, excluded.cap) ELSE excluded.cap END, until = greatest(d.until, excluded.until); RETURN NULL; END $$;

CREATE TRIGGER queues_shortened AFTER UPDATE OF active_seconds ON queues
  FOR EACH ROW WHEN (NEW.active_seconds < OLD.active_seconds AND NEW.cap >= OLD.cap) EXECUTE FUNCTION jari_note_draining_cap();
CREATE TRIGGER queue_ledger_shortened AFTER UPDATE OF active_seconds ON queue_ledger
  FOR EACH ROW WHEN (NEW.active_seconds < OLD.active_seconds AND NEW.cap >= OLD.cap) EXECUTE FUNCTION jari_note_draining_cap();
