-- Which of these rows somebody else holds locked at this moment, without waiting for any: wallets by user, stock by
-- schedule and seat, numbered seats by their live reservation, reservations by id. What is free is locked in share mode
-- until this call ends, so two that look at the same time don't take each other for trouble.
-- Unless `strict`, rows count as locked only while some transaction is older than any of ours gets: a section that sells
-- fast is locked by somebody nearly always, and free again a moment later.
CREATE OR REPLACE FUNCTION jari_locked_now(user_ids text[], schedule_ids bigint[], seat_ids bigint[],
  reservation_ids uuid[], strict boolean)
RETURNS TABLE (users text[], schedules bigint[], seats bigint[], reservations uuid[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  there record;
  free boolean;
  u text;
  d bigint;
  s bigint;
  r uuid;
BEGIN
  users := '{}';
  schedules := '{}';
  seats := '{}';
  reservations := '{}';
  IF NOT strict AND NOT EXISTS (
    SELECT FROM pg_stat_activity a WHERE a.datname = current_database() AND a.backend_type = 'client backend'
      AND a.pid <> pg_backend_pid() AND a.state <> 'idle' AND a.xact_start < clock_timestamp() - interval '250 milliseconds')
  THEN
    RETURN NEXT;
    RETURN;
  END IF;
  FOR u IN SELECT DISTINCT a FROM unnest(user_ids) a LOOP
    IF EXISTS (SELECT FROM wallets w WHERE w.user_id = u) THEN
      PERFORM FROM wallets w WHERE w.user_id = u FOR SHARE SKIP LOCKED;
      IF NOT FOUND THEN users := users || u; END IF;
    END IF;
  END LOOP;
  FOR d, s IN SELECT DISTINCT a.d, a.s FROM unnest(schedule_ids, seat_ids) AS a (d, s) LOOP
    free := true;
    IF EXISTS (SELECT FROM standing_stock t WHERE t.schedule_id = d AND t.seat_id = s) THEN
      PERFORM FROM standing_stock t WHERE t.schedule_id = d AND t.seat_id = s FOR SHARE SKIP LOCKED;
      free := FOUND;
    ELSE
      SELECT i.reservation_id INTO r FROM reservations i WHERE i.schedule_id = d AND i.seat_id = s AND i.exclusive
        AND i.status IN ('HELD', 'CONFIRMED') LIMIT 1;
      IF FOUND THEN
        PERFORM FROM reservations i WHERE i.reservation_id = r FOR SHARE SKIP LOCKED;
        free := FOUND;
      END IF;
    END IF;
    IF NOT free THEN
      schedules := schedules || d;
      seats := seats || s;
    END IF;
  END LOOP;
  -- A reservation needs its owner's wallet, and its section's stock.
  FOR there IN SELECT i.* FROM reservations i WHERE i.reservation_id = ANY (reservation_ids) LOOP
    PERFORM FROM reservations i WHERE i.reservation_id = there.reservation_id FOR SHARE SKIP LOCKED;
    free := FOUND;
    PERFORM FROM wallets w WHERE w.user_id = there.user_id FOR SHARE SKIP LOCKED;
    free := free AND FOUND;
    IF NOT there.exclusive THEN
      PERFORM FROM standing_stock t WHERE t.schedule_id = there.schedule_id AND t.seat_id = there.seat_id
        FOR SHARE SKIP LOCKED;
      free := free AND FOUND;
    END IF;
    IF NOT free THEN reservations := reservations || there.reservation_id; END IF;
  END LOOP;
  RETURN NEXT;
END $$;
