-- Commits to the seed of a queue's next draw, unless one is pending: its commitment can be seen from now on, and neither
-- can be changed.
CREATE OR REPLACE FUNCTION jari_queue_commit(target text, new_seed text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO queue_draws (queue_id, number, seed, commitment)
  SELECT target, coalesce(max(d.number), 0) + 1, new_seed, encode(sha256(convert_to(new_seed, 'UTF8')), 'hex')
  FROM queue_draws d WHERE d.queue_id = target
  ON CONFLICT DO NOTHING
$$;
