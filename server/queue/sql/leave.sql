-- Users leave their queues; a ticket (0 for any) limits it to that very place. Freed slots are given on in the same call.
-- One row a request, in order: whether there was such a place when the call came.
CREATE OR REPLACE FUNCTION jari_queue_leave(user_ids text[], queue_ids text[], tickets bigint[])
RETURNS TABLE (ord bigint, had_place boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  target text;
  leaving bigint[];
  asking bigint[];
  had bigint[] := '{}';
BEGIN
  FOR target IN SELECT DISTINCT q FROM unnest(queue_ids) q ORDER BY q LOOP
    PERFORM FROM queues q WHERE q.queue_id = target FOR UPDATE;
    -- LIMIT makes each look-up an index probe, whatever the planner believes about the table's size.
    SELECT array_agg(DISTINCT p.ticket), array_agg(a.n) INTO leaving, asking
    FROM unnest(user_ids, queue_ids, tickets) WITH ORDINALITY AS a (u, q, t, n)
    CROSS JOIN LATERAL (
      SELECT o.ticket FROM places o WHERE o.queue_id = target AND o.user_id = a.u LIMIT 1) p
    WHERE a.q = target AND (a.t = 0 OR a.t = p.ticket);
    CONTINUE WHEN leaving IS NULL;
    had := had || asking;

    PERFORM jari_queue_forget(target, leaving);
    UPDATE queues q SET moves = q.moves + 1 WHERE q.queue_id = target;
    PERFORM jari_queue_admit_one(target, clock_timestamp(), '{}');
  END LOOP;
  RETURN QUERY SELECT n::bigint, n = ANY (had) FROM generate_series(1, cardinality(user_ids)) n ORDER BY n;
END $$;
