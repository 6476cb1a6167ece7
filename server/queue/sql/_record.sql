-- Appends admissions of one queue to its public record, in order, each once: one that is there already is passed over. The
-- hash of an entry is SHA-256 of "hash before:n:ticket:time:kind" in hexadecimal, and before the first that of the queue's
-- id. Times are whole milliseconds, written as the API writes them.
CREATE OR REPLACE FUNCTION jari_queue_record(target text, tickets bigint[], moments timestamptz[], kinds text[])
RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  head admission_heads%ROWTYPE;
  next_hash text;
  i integer;
BEGIN
  INSERT INTO admission_heads (queue_id, n, hash)
  VALUES (target, 0, encode(sha256(convert_to(target, 'UTF8')), 'hex')) ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM admission_heads h WHERE h.queue_id = target FOR UPDATE;
  FOR i IN 1 .. cardinality(tickets) LOOP
    next_hash := encode(sha256(convert_to(concat_ws(':', head.hash, head.n + 1, tickets[i],
      to_char(moments[i] AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), kinds[i]), 'UTF8')), 'hex');
    INSERT INTO admission_record (queue_id, n, ticket, admitted_at, kind, hash)
    VALUES (target, head.n + 1, tickets[i], moments[i], kinds[i], next_hash)
    ON CONFLICT (queue_id, ticket, admitted_at) DO NOTHING;
    IF FOUND THEN
      head.n := head.n + 1;
      head.hash := next_hash;
    END IF;
  END LOOP;
  UPDATE admission_heads h SET n = head.n, hash = head.hash WHERE h.queue_id = target;
END $$;
