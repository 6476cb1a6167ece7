-- Removes places of one queue, one by one by their full key (see _admit_one.sql for why), and counts those out who were
-- waiting. The caller holds the queue's row lock.
CREATE OR REPLACE FUNCTION jari_queue_forget(target text, tickets bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one bigint;
  was text;
  waited bigint[] := '{}';
BEGIN
  FOREACH one IN ARRAY tickets LOOP
    DELETE FROM places p WHERE p.queue_id = target AND p.ticket = one RETURNING p.status INTO was;
    IF was = 'WAITING' THEN waited := waited || one; END IF;
  END LOOP;
  IF cardinality(waited) = 0 THEN RETURN; END IF;
  UPDATE waiting_blocks b SET waiting = b.waiting - gone.count
  FROM (SELECT t >> 7 AS block, count(*)::integer AS count FROM unnest(waited) t GROUP BY 1) gone
  WHERE b.queue_id = target AND b.block = gone.block;
  UPDATE queues q SET waiting = q.waiting - cardinality(waited) WHERE q.queue_id = target;
END $$;
