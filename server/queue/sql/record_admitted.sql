-- Moves what was admitted since to the public record, queue by queue, in order; about `most` admissions. A queue that
-- somebody else is recording is left to them. Returns how many were moved.
CREATE OR REPLACE FUNCTION jari_queue_record_admitted(most integer) RETURNS integer
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  target text;
  batch admitted_batches%ROWTYPE;
  moved integer := 0;
BEGIN
  FOR target IN SELECT DISTINCT a.queue_id FROM admitted_batches a ORDER BY 1 LOOP
    PERFORM FROM admission_heads h WHERE h.queue_id = target FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND AND EXISTS (SELECT FROM admission_heads h WHERE h.queue_id = target);
    PERFORM jari_queue_record(target, '{}', '{}', '{}'); -- locks it, also when there was none yet
    FOR batch IN SELECT * FROM admitted_batches a WHERE a.queue_id = target ORDER BY a.batch_id LIMIT most LOOP
      PERFORM jari_queue_record(target, batch.tickets,
        array_fill(date_trunc('milliseconds', batch.at), ARRAY[cardinality(batch.tickets)]),
        array_fill('PRIORITISED'::text, ARRAY[batch.promised])
          || array_fill('IN_TURN'::text, ARRAY[cardinality(batch.tickets) - batch.promised]));
      DELETE FROM admitted_batches a WHERE a.queue_id = target AND a.batch_id = batch.batch_id;
      moved := moved + cardinality(batch.tickets);
      EXIT WHEN moved >= most;
    END LOOP;
    EXIT WHEN moved >= most;
  END LOOP;
  RETURN moved;
END $$;
