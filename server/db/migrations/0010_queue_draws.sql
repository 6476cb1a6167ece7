-- Draws of pre-queues: committed to before the first entry, revealed when the queue opens. See docs/decisions/0020.
CREATE TABLE queue_draws (
  queue_id     text NOT NULL,
  number       integer NOT NULL,
  -- 64 hexadecimal digits, secret until revealed_at, and what everybody may see of it before: its SHA-256.
  seed         text NOT NULL CHECK (seed ~ '^[0-9a-f]{64}$'),
  commitment   text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
  -- The tickets that are drawn for; the first is known when entering begins, the last when the queue opens.
  first_ticket bigint,
  last_ticket  bigint,
  committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  revealed_at  timestamptz,
  PRIMARY KEY (queue_id, number),
  CHECK ((revealed_at IS NULL) = (last_ticket IS NULL)),
  CHECK (last_ticket >= first_ticket - 1)
);
CREATE UNIQUE INDEX queue_draws_pending ON queue_draws (queue_id) WHERE revealed_at IS NULL;

-- The draw that a queue in the database is in, from its commitment until every place has its drawn ticket.
ALTER TABLE queues ADD COLUMN draw_from bigint;
ALTER TABLE queues ADD COLUMN draw_to bigint CHECK (draw_to IS NULL OR draw_from IS NOT NULL);

-- Configuring has one parameter more (the seed of a draw), and a function that is replaced keeps its parameters.
DROP FUNCTION IF EXISTS jari_queue_configure(text, integer, integer, integer, jsonb);
