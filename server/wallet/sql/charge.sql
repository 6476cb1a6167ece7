-- Adds money to wallets. Items: {userId, amount, key?, hash?, requestId?}. One row an item, in order:
-- answer {code, userId, balance}; a null answer means: ask again, an earlier item of this call has the same key.
CREATE OR REPLACE FUNCTION jari_charge(items jsonb, opening_balance bigint, largest_balance bigint)
RETURNS TABLE (ord bigint, answer jsonb, replayed boolean, request_id text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  users text[] := ARRAY(SELECT DISTINCT i ->> 'userId' FROM jsonb_array_elements(items) i);
BEGIN
  PERFORM jari_ensure_wallets(users, opening_balance);
  PERFORM jari_lock_wallets(users);
  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT n AS ord, i ->> 'userId' AS user_id, (i ->> 'amount')::bigint AS amount,
      i ->> 'key' AS key, i ->> 'hash' AS hash, i ->> 'requestId' AS request_id, earlier.*,
      i ->> 'key' IS NULL OR row_number() OVER (PARTITION BY i ->> 'userId', i ->> 'key' ORDER BY n) = 1 AS first_of_key
    FROM jsonb_array_elements(items) WITH ORDINALITY AS a (i, n)
    LEFT JOIN LATERAL (
      SELECT k.hash AS old_hash, k.answer AS old_answer, k.request_id AS old_request_id FROM idempotency_keys k
      WHERE k.user_id = i ->> 'userId' AND k.key = i ->> 'key' LIMIT 1) earlier ON true
  ), summed AS MATERIALIZED (
    SELECT a.*, w.balance + sum(a.amount) OVER (PARTITION BY a.user_id ORDER BY a.ord) AS balance
    FROM asked a JOIN wallets w ON w.user_id = a.user_id
    WHERE a.first_of_key AND a.old_hash IS NULL
  ), decided AS MATERIALIZED (
    SELECT s.*, jsonb_build_object('code', CASE WHEN s.balance > largest_balance THEN 'VALIDATION_FAILED' ELSE 'OK' END,
      'userId', s.user_id, 'balance', s.balance) AS answer
    FROM summed s
  ), moved AS (
    UPDATE wallets w SET balance = t.balance
    FROM (SELECT d.user_id, max(d.balance) AS balance FROM decided d
      WHERE d.balance <= largest_balance GROUP BY d.user_id) t
    WHERE w.user_id = t.user_id
  ), entered AS (
    INSERT INTO wallet_entries (user_id, amount, kind)
    SELECT d.user_id, d.amount, 'CHARGE' FROM decided d WHERE d.balance <= largest_balance ORDER BY d.ord
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'wallets', d.user_id, 'wallet.charged',
      jsonb_build_object('userId', d.user_id, 'amount', d.amount, 'balance', d.balance, 'at', clock_timestamp())
    FROM decided d WHERE d.balance <= largest_balance ORDER BY d.ord
  ), remembered AS (
    INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer)
    SELECT d.user_id, d.key, d.hash, d.request_id, d.answer FROM decided d WHERE d.key IS NOT NULL
  )
  SELECT a.ord,
    CASE WHEN a.old_hash IS NULL THEN d.answer
      WHEN a.old_hash = a.hash THEN a.old_answer
      ELSE '{"code": "IDEMPOTENCY_KEY_REUSED"}' END,
    coalesce(a.old_hash = a.hash, false), coalesce(a.old_request_id, a.request_id)
  FROM asked a LEFT JOIN decided d ON d.ord = a.ord ORDER BY a.ord;
END $$;
