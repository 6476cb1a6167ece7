-- Ends those of the named holds that ran out by `moment`, and gives their places back. The caller has locked the holds
-- and then the stock of their sections, each in order. Guarded by state and time: harmless when run twice, and it
-- can't touch a hold that was paid meanwhile. Returns how many ended.
CREATE OR REPLACE FUNCTION jari_expire(ids uuid[], moment timestamptz)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  count bigint;
BEGIN
  WITH ended AS (
    UPDATE reservations r SET status = 'EXPIRED'
    WHERE r.reservation_id = ANY (ids) AND CASE r.status WHEN 'HELD' THEN r.held_until <= moment END
    RETURNING r.*
  ), returned AS (
    UPDATE standing_stock t SET taken = t.taken - e.count
    FROM (SELECT schedule_id, seat_id, count(*) AS count FROM ended WHERE NOT exclusive GROUP BY 1, 2) e
    WHERE t.schedule_id = e.schedule_id AND t.seat_id = e.seat_id
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'reservations', e.reservation_id::text, 'reservation.expired', jari_reservation_event(e.reservation_id,
      e.user_id, e.concert_id, e.schedule_id, e.seat_id, e.status, 'HELD', e.price, moment) FROM ended e
  )
  SELECT count(*) INTO count FROM ended;
  RETURN count;
END $$;
