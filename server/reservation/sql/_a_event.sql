-- The payload of a reservation event; `previous` is the status before.
CREATE OR REPLACE FUNCTION jari_reservation_event(r reservations, previous text)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('reservationId', r.reservation_id, 'userId', r.user_id, 'concertId', r.concert_id,
    'concertScheduleId', r.schedule_id, 'seatId', r.seat_id, 'price', r.price, 'status', r.status,
    'previousStatus', previous, 'at', clock_timestamp())
$$;
