-- One guard a kind. A numbered seat has one owner, so it has one reservation of a user too; only in a standing section
-- does "one a user" say more, and only there is it kept.
DROP INDEX reservations_one_a_user;
CREATE UNIQUE INDEX reservations_one_a_user ON reservations (schedule_id, seat_id, user_id)
  WHERE NOT exclusive AND status IN ('HELD', 'CONFIRMED');

-- Holds of one section, oldest end first: those that jari_reserve ends before it decides, however many others hold.
CREATE INDEX reservations_held_standing ON reservations (schedule_id, seat_id, held_until)
  WHERE NOT exclusive AND status = 'HELD';

-- The ledger is read a user at a time: one index serves as the key and as the order of its pages.
ALTER TABLE wallet_entries DROP CONSTRAINT wallet_entries_pkey, ADD PRIMARY KEY (user_id, entry_id);
DROP INDEX wallet_entries_of_user;

-- What an entry may say, whoever writes it.
ALTER TABLE wallet_entries ADD CONSTRAINT wallet_entries_sign
  CHECK (CASE kind WHEN 'PAYMENT' THEN amount <= 0 WHEN 'REFUND' THEN amount >= 0 ELSE amount > 0 END);

-- All that was ever paid into a wallet, opening balance included: bounded, so that no refund can take a balance beyond
-- what clients can read exactly, 2^53 - 1.
ALTER TABLE wallets ADD COLUMN paid_in bigint NOT NULL DEFAULT 0 CHECK (paid_in BETWEEN 0 AND 9007199254740991);
UPDATE wallets w SET paid_in = coalesce((SELECT sum(e.amount) FROM wallet_entries e
  WHERE e.user_id = w.user_id AND e.kind IN ('OPENING', 'CHARGE')), 0);

-- Replaced by functions of other parameters.
DROP FUNCTION IF EXISTS jari_reserve(jsonb, bigint, integer, integer);
DROP FUNCTION IF EXISTS jari_settle(jsonb);
DROP FUNCTION IF EXISTS jari_charge(jsonb, bigint, bigint);
DROP FUNCTION IF EXISTS jari_lock_wallets(text[]);
DROP FUNCTION IF EXISTS jari_expire(uuid[]);
DROP FUNCTION IF EXISTS jari_reservation_answer(reservations, bigint);
DROP FUNCTION IF EXISTS jari_reservation_event(reservations, text);
