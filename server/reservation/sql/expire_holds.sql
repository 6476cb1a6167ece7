-- One bounded tick: ends up to `most` holds that ran out, oldest first, leaving alone those that somebody is busy with.
-- Locks: reservations without waiting, then stock by schedule and seat.
CREATE OR REPLACE FUNCTION jari_expire_holds(most integer)
RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
  moment timestamptz := date_trunc('milliseconds', clock_timestamp());
  ids uuid[] := ARRAY(
    SELECT r.reservation_id FROM reservations r WHERE r.status = 'HELD' AND r.held_until <= moment
    ORDER BY r.held_until LIMIT most FOR UPDATE SKIP LOCKED);
BEGIN
  IF cardinality(ids) = 0 THEN RETURN 0; END IF;
  PERFORM FROM (SELECT DISTINCT r.schedule_id AS d, r.seat_id AS s FROM unnest(ids) AS a (id)
      CROSS JOIN LATERAL (SELECT * FROM reservations i WHERE i.reservation_id = a.id LIMIT 1) r
      WHERE NOT r.exclusive ORDER BY 1, 2) gone
    CROSS JOIN LATERAL (
      SELECT FROM standing_stock t WHERE t.schedule_id = gone.d AND t.seat_id = gone.s FOR UPDATE) t;
  RETURN jari_expire(ids, moment);
END $$;
