-- How hard entering a line is made by its operators: leading zero bits of the hash that takes, 0 for nothing asked. A line
-- that is not here follows the hardest that is. In the database also where the line lives in Redis.
CREATE TABLE queue_challenges (
  queue_id text PRIMARY KEY,
  bits     integer NOT NULL CHECK (bits BETWEEN 0 AND 32),
  since    timestamptz NOT NULL DEFAULT clock_timestamp()
);
