-- Locks the wallets of users, in the order that everybody locks them, opening those that are missing. Whoever holds a
-- wallet decides alone for its user, so a new user must have one before anything is decided for them.
-- New wallets come first: nobody else sees their rows yet, so nobody can wait for them in another order.
CREATE OR REPLACE FUNCTION jari_lock_wallets(user_ids text[], opening_balance bigint)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
  PERFORM jari_ensure_wallets(user_ids, opening_balance);
  PERFORM FROM wallets w WHERE w.user_id = ANY (user_ids) ORDER BY w.user_id FOR UPDATE;
END $$;
