-- A reservation as a textbook writes it: 8 statements, two row locks held across the network.
\set seat random(1, 1000000)
BEGIN;
SELECT price, user_id FROM textbook_seats WHERE seat_id = :seat FOR UPDATE;
SELECT balance FROM textbook_wallets WHERE user_id = :client_id FOR UPDATE;
UPDATE textbook_seats SET user_id = :client_id WHERE seat_id = :seat;
UPDATE textbook_wallets SET balance = balance - 10 WHERE user_id = :client_id;
INSERT INTO textbook_reservations (reservation_id, user_id, seat_id, price) VALUES (gen_random_uuid(), :client_id, :seat, 10);
INSERT INTO textbook_outbox (payload) VALUES (jsonb_build_object('userId', :client_id::bigint, 'seatId', :seat::bigint));
COMMIT;
