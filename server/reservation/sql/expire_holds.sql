-- One bounded tick: ends up to `most` holds that ran out, leaving alone those that somebody is busy with.
CREATE OR REPLACE FUNCTION jari_expire_holds(most integer)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN jari_expire(ARRAY(
    SELECT r.reservation_id FROM reservations r
    WHERE r.status = 'HELD' AND r.held_until <= clock_timestamp()
    ORDER BY r.reservation_id LIMIT most FOR UPDATE SKIP LOCKED));
END $$;
