-- Opens a wallet for every user who has none, with the opening balance as the first entry of its ledger.
CREATE OR REPLACE FUNCTION jari_ensure_wallets(user_ids text[], opening_balance bigint)
RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
  fresh text[] := ARRAY(
    SELECT DISTINCT u FROM unnest(user_ids) u
    WHERE (SELECT true FROM wallets w WHERE w.user_id = u LIMIT 1) IS NULL ORDER BY u);
BEGIN
  IF cardinality(fresh) = 0 THEN RETURN; END IF;
  WITH opened AS (
    INSERT INTO wallets (user_id, balance, paid_in) SELECT u, opening_balance, opening_balance FROM unnest(fresh) u
    ON CONFLICT DO NOTHING
    RETURNING user_id
  )
  INSERT INTO wallet_entries (user_id, amount, kind)
  SELECT o.user_id, opening_balance, 'OPENING' FROM opened o WHERE opening_balance > 0;
END $$;
