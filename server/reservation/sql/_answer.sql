-- A reservation as it is remembered for an Idempotency-Key. Plain SQL with each argument used once: the planner puts
-- it in line.
CREATE OR REPLACE FUNCTION jari_reservation_answer(reservation_id uuid, user_id text, concert_id bigint,
  schedule_id bigint, seat_id bigint, status text, price bigint, balance numeric, held_until timestamptz,
  confirmed_at timestamptz)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('code', 'OK', 'reservationId', reservation_id, 'userId', user_id, 'concertId', concert_id,
    'concertScheduleId', schedule_id, 'seatId', seat_id, 'status', status, 'price', price, 'balance', balance,
    'heldUntil', held_until, 'confirmedAt', confirmed_at)
$$;
