-- Forgets the beginning of each public record: entries that are too old or too many, at most 1000 a queue. The last of them
-- stays, as what the first that is kept is bound to.
CREATE OR REPLACE FUNCTION jari_queue_sweep_record(keep_for interval, keep_most bigint) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  head admission_heads%ROWTYPE;
  first_kept bigint;
BEGIN
  FOR head IN SELECT * FROM admission_heads h ORDER BY h.queue_id LOOP
    SELECT coalesce(min(o.n) FILTER (WHERE o.n > head.n - keep_most AND o.admitted_at >= clock_timestamp() - keep_for), max(o.n))
    INTO first_kept
    FROM (SELECT a.n, a.admitted_at FROM admission_record a WHERE a.queue_id = head.queue_id ORDER BY a.n LIMIT 1001) o;
    DELETE FROM admission_record a WHERE a.queue_id = head.queue_id AND a.n < first_kept - 1;
  END LOOP;
END $$;
