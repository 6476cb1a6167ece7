-- A page of a queue's public record: entry `after`, which the next is bound to, and up to `most` entries after it. Begins
-- with the oldest that is kept when that is a later one.
CREATE OR REPLACE FUNCTION jari_queue_admissions(target text, after bigint, most integer)
RETURNS TABLE (n bigint, ticket bigint, admitted_at timestamptz, kind text, hash text)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  SELECT a.n, a.ticket, a.admitted_at, a.kind, a.hash FROM admission_record a
  WHERE a.queue_id = target AND a.n >= after ORDER BY a.n LIMIT most + 1
$$;
