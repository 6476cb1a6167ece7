-- The payload of a reservation event; no `previousStatus` where the reservation began with it. Plain SQL with each
-- argument used once (but `previous`): the planner puts it in line.
CREATE OR REPLACE FUNCTION jari_reservation_event(reservation_id uuid, user_id text, concert_id bigint,
  schedule_id bigint, seat_id bigint, status text, previous text, price bigint, moment timestamptz)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('reservationId', reservation_id, 'userId', user_id, 'concertId', concert_id,
    'concertScheduleId', schedule_id, 'seatId', seat_id, 'price', price, 'status', status, 'at', moment)
    || CASE WHEN previous IS NULL THEN '{}' ELSE jsonb_build_object('previousStatus', previous) END
$$;
