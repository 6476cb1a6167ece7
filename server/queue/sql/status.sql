-- Where users are in their queues, one row a request that has a place, in order. With `seen`, users whose slot has not
-- been taken up yet are noted as having shown up: a row is written at most once a slot.
-- Whoever holds a row that is to be noted is ending that slot or noting the same: so it is passed over, and as this call
-- never waits for a lock, it can't deadlock with those that hold the queue's.
CREATE OR REPLACE FUNCTION jari_queue_status(user_ids text[], queue_ids text[], seen boolean)
RETURNS TABLE (ord bigint, user_id text, queue_id text, status text, "position" bigint, ticket bigint, expires_at timestamptz)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  unseen record;
BEGIN
  IF seen THEN
    FOR unseen IN
      SELECT p.queue_id, p.ticket FROM unnest(user_ids, queue_ids) AS a (u, q)
      CROSS JOIN LATERAL (
        SELECT * FROM places o WHERE o.queue_id = a.q AND o.user_id = a.u LIMIT 1) p
      WHERE p.status = 'ACTIVE' AND p.seen_at IS NULL AND p.expires_at > clock_timestamp()
    LOOP
      PERFORM FROM places p
      WHERE p.queue_id = unseen.queue_id AND p.ticket = unseen.ticket AND p.status = 'ACTIVE' AND p.seen_at IS NULL
      FOR UPDATE SKIP LOCKED;
      IF FOUND THEN
        UPDATE places p SET seen_at = clock_timestamp()
        WHERE p.queue_id = unseen.queue_id AND p.ticket = unseen.ticket;
      END IF;
    END LOOP;
  END IF;
  RETURN QUERY SELECT * FROM jari_queue_places(user_ids, queue_ids);
END $$;
