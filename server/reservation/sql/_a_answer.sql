-- A reservation as a command answers it.
CREATE OR REPLACE FUNCTION jari_reservation_answer(r reservations, balance bigint)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('code', 'OK', 'reservationId', r.reservation_id, 'userId', r.user_id,
    'concertId', r.concert_id, 'concertScheduleId', r.schedule_id, 'seatId', r.seat_id, 'status', r.status,
    'price', r.price, 'balance', balance, 'confirmedAt', r.confirmed_at,
    'heldUntil', CASE WHEN r.status = 'HELD' THEN r.held_until END)
$$;
