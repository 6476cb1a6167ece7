-- Locks the wallets of users, in the order that everybody locks them. Whoever holds a wallet decides alone for its user.
CREATE OR REPLACE FUNCTION jari_lock_wallets(user_ids text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM wallets w WHERE w.user_id = ANY (user_ids) ORDER BY w.user_id FOR UPDATE;
END $$;
