-- Those who wait in their queues are admitted before everybody who was not promised the same. One row a request, in
-- order: whether they wait. Their tickets, and what others see of their places, stay as they are.
CREATE OR REPLACE FUNCTION jari_queue_prioritise(user_ids text[], queue_ids text[])
RETURNS TABLE (ord bigint, waits boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  target text;
  mine text;
  n bigint;
  promised bigint[] := '{}';
BEGIN
  FOR target IN SELECT DISTINCT q FROM unnest(queue_ids) q ORDER BY q LOOP
    PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE;
    FOR mine, n IN SELECT a.u, a.n FROM unnest(user_ids, queue_ids) WITH ORDINALITY AS a (u, q, n) WHERE a.q = target LOOP
      UPDATE places p SET ahead = true WHERE p.queue_id = target AND p.user_id = mine AND p.status = 'WAITING';
      IF FOUND THEN promised := promised || n; END IF;
    END LOOP;
    PERFORM jari_queue_admit_one(target, clock_timestamp(), '{}');
  END LOOP;
  RETURN QUERY SELECT i, i = ANY (promised) FROM generate_series(1, cardinality(user_ids)::bigint) i ORDER BY i;
END $$;
