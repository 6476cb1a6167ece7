-- Adds money to wallets; request n is the n-th element of each array.
-- One row a request, in order. `code` is OK with the balance after it, REPLAY with the remembered `answer` and
-- `request_id` of the first request with the key, or a refusal; null means ask again, because an earlier request of
-- this call for the same wallet was refused, and this one counted on less room than there is.
-- Locks: wallets by user. `most_paid_in` is what may ever be paid into a wallet, so that no refund can take the
-- balance above it either.
CREATE OR REPLACE FUNCTION jari_charge(user_ids text[], amounts bigint[], keys text[], hashes text[],
  request_ids text[], opening_balance bigint, most_paid_in bigint)
RETURNS TABLE (code text, balance bigint, answer jsonb, request_id text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz;
BEGIN
  PERFORM jari_lock_wallets(user_ids, opening_balance);
  moment := date_trunc('milliseconds', clock_timestamp());
  RETURN QUERY
  WITH known AS MATERIALIZED (
    SELECT a.*, w.at, w.balance, w.paid_in, k.hash AS old_hash, k.answer AS old_answer, k.request_id AS old_request_id,
      sum(a.amount) OVER (PARTITION BY a.user_id, k.hash IS NULL ORDER BY a.ord) AS added
    FROM unnest(user_ids, amounts, keys, hashes, request_ids)
      WITH ORDINALITY AS a (user_id, amount, key, hash, request_id, ord)
    LEFT JOIN LATERAL (SELECT * FROM idempotency_keys i WHERE i.user_id = a.user_id AND i.key = a.key LIMIT 1) k ON true
    LEFT JOIN LATERAL (SELECT i.ctid AS at, i.* FROM wallets i WHERE i.user_id = a.user_id LIMIT 1) w ON true
  ), decided AS MATERIALIZED (
    SELECT k.*, k.balance + k.added AS after, CASE
        WHEN k.old_hash = k.hash THEN 'REPLAY'
        WHEN k.old_hash IS NOT NULL THEN 'IDEMPOTENCY_KEY_REUSED'
        WHEN k.paid_in + k.added <= most_paid_in THEN 'OK'
        WHEN k.paid_in + k.added - k.amount <= most_paid_in THEN 'VALIDATION_FAILED'
      END AS code
    FROM known k
  ), moved AS (
    -- The wallets are locked, so their rows stay where they were read.
    UPDATE wallets w SET balance = w.balance + d.amount, paid_in = w.paid_in + d.amount
    FROM (SELECT at, sum(amount) AS amount FROM decided WHERE code = 'OK' GROUP BY at) d
    WHERE w.ctid = d.at
  ), entered AS (
    INSERT INTO wallet_entries (user_id, amount, kind, at)
    SELECT d.user_id, d.amount, 'CHARGE', moment FROM decided d WHERE d.code = 'OK' ORDER BY d.ord
  ), announced AS (
    INSERT INTO outbox (topic, key, type, payload)
    SELECT 'wallets', d.user_id, 'wallet.charged',
      jsonb_build_object('userId', d.user_id, 'amount', d.amount, 'balance', d.after, 'at', moment)
    FROM decided d WHERE d.code = 'OK' ORDER BY d.ord
  ), remembered AS (
    INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer)
    SELECT d.user_id, d.key, d.hash, d.request_id, CASE d.code
      WHEN 'OK' THEN jsonb_build_object('code', 'OK', 'userId', d.user_id, 'balance', d.after)
      ELSE jsonb_build_object('code', d.code) END
    FROM decided d WHERE d.key IS NOT NULL AND d.code IN ('OK', 'VALIDATION_FAILED')
    ON CONFLICT DO NOTHING
  )
  SELECT d.code, d.after::bigint, d.old_answer, d.old_request_id FROM decided d ORDER BY d.ord;
END $$;
