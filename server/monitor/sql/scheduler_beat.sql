-- Tells when this process ran its jobs last (milliseconds ago, by its own clock), and answers when anybody did.
CREATE OR REPLACE FUNCTION jari_scheduler_beat(process text, jobs text[], ago_ms bigint[])
RETURNS TABLE (job text, since_ms bigint, by_process text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  moment timestamptz := clock_timestamp();
BEGIN
  -- In order, so that two processes can't wait for each other; and without a wait: a second later it is told again.
  INSERT INTO scheduler_runs AS r (job, ran_at, process)
  SELECT j, moment - a * interval '1 millisecond', jari_scheduler_beat.process
  FROM unnest(jobs, ago_ms) AS told (j, a) WHERE a IS NOT NULL ORDER BY j
  ON CONFLICT (job) DO UPDATE SET ran_at = excluded.ran_at, process = excluded.process
  WHERE r.ran_at < excluded.ran_at;
  RETURN QUERY
    SELECT r.job, greatest(0, floor(extract(epoch FROM clock_timestamp() - r.ran_at) * 1000))::bigint, r.process
    FROM scheduler_runs r WHERE r.job = ANY (jobs);
END $$;
