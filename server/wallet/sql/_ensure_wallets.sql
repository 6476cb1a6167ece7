-- Opens a wallet for every user who has none, with the opening balance as the first entry of its ledger.
CREATE OR REPLACE FUNCTION jari_ensure_wallets(user_ids text[], opening_balance bigint)
RETURNS void LANGUAGE sql AS $$
  WITH opened AS (
    INSERT INTO wallets (user_id, balance)
    SELECT DISTINCT u, opening_balance FROM unnest(user_ids) u
    WHERE (SELECT true FROM wallets w WHERE w.user_id = u LIMIT 1) IS NULL
    ORDER BY u
    ON CONFLICT DO NOTHING
    RETURNING user_id
  )
  INSERT INTO wallet_entries (user_id, amount, kind)
  SELECT o.user_id, opening_balance, 'OPENING' FROM opened o WHERE opening_balance > 0
$$;
