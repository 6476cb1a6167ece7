-- Ends holds that ran out, of those named, and gives their places back. Guarded by state and time: harmless when run
-- twice, and it can't touch a hold that was paid meanwhile. Returns how many ended.
CREATE OR REPLACE FUNCTION jari_expire(ids uuid[])
RETURNS bigint LANGUAGE sql AS $$
  WITH ended AS (
    UPDATE reservations r SET status = 'EXPIRED'
    WHERE r.reservation_id = ANY (ids) AND r.status = 'HELD' AND r.held_until <= clock_timestamp()
    RETURNING r AS row
  ), returned AS (
    UPDATE standing_stock s SET taken = s.taken - e.count
    FROM (SELECT (d.row).schedule_id AS schedule_id, (d.row).seat_id AS seat_id, count(*) AS count FROM ended d
      WHERE NOT (d.row).exclusive GROUP BY 1, 2) e
    WHERE s.schedule_id = e.schedule_id AND s.seat_id = e.seat_id
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'reservations', (e.row).reservation_id::text, 'reservation.expired', jari_reservation_event(e.row, 'HELD') FROM ended e
  )
  SELECT count(*) FROM ended
$$;
