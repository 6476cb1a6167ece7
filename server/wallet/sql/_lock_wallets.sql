-- Locks the wallets of users, in the order that everybody locks them, opening those that are missing. Whoever holds a
-- wallet decides alone for its user, so a new user must have one before anything is decided for them.
-- New wallets come first: nobody else sees their rows yet, so nobody can wait for them in another order.
CREATE OR REPLACE FUNCTION jari_lock_wallets(user_ids text[], opening_balance bigint)
RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
  PERFORM jari_ensure_wallets(user_ids, opening_balance);
  -- LATERAL: one probe a user, in the order of the users.
  PERFORM FROM (SELECT DISTINCT u FROM unnest(user_ids) u ORDER BY u) a
    CROSS JOIN LATERAL (SELECT FROM wallets w WHERE w.user_id = a.u FOR UPDATE) w;
END $$;
