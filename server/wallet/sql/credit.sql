-- Gives users money for a reason that `reference` names, each once: who has an entry with it already gets nothing more,
-- nor does who would then have been paid more than `most_paid_in`. Returns who got it now. In the ledger it is a charge.
-- Locks: wallets by user.
CREATE OR REPLACE FUNCTION jari_credit(user_ids text[], amount bigint, reference text, opening_balance bigint,
  most_paid_in bigint)
RETURNS SETOF text LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM jari_lock_wallets(user_ids, opening_balance);
  RETURN QUERY
  WITH given AS (
    INSERT INTO wallet_entries AS e (user_id, amount, kind, reference)
    SELECT w.user_id, jari_credit.amount, 'CHARGE', jari_credit.reference FROM wallets w
    WHERE w.user_id = ANY (user_ids) AND w.paid_in + jari_credit.amount <= most_paid_in
    ORDER BY w.user_id
    ON CONFLICT (user_id, reference) WHERE reference IS NOT NULL DO NOTHING
    RETURNING e.user_id
  ), moved AS (
    UPDATE wallets w SET balance = w.balance + jari_credit.amount, paid_in = w.paid_in + jari_credit.amount
    FROM given g WHERE w.user_id = g.user_id
    RETURNING w.user_id, w.balance
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'wallets', m.user_id, 'wallet.charged', jsonb_build_object('userId', m.user_id, 'amount', jari_credit.amount,
      'balance', m.balance, 'reference', jari_credit.reference, 'at', clock_timestamp()) FROM moved m
  )
  SELECT m.user_id FROM moved m ORDER BY m.user_id;
END $$;
