-- The public record of admissions: who was let in, by ticket, in order, each entry bound to all before it by its hash.
-- See docs/decisions/0024.

-- Written by whatever admits, in its own transaction: one row a call. A moment later its tickets are entries of the record
-- and the row is gone. Only for lines in this database.
CREATE TABLE admitted_batches (
  queue_id text NOT NULL,
  batch_id bigint GENERATED ALWAYS AS IDENTITY,
  at       timestamptz NOT NULL,
  tickets  bigint[] NOT NULL,
  -- How many of them, from the first on, had been promised to be next.
  promised integer NOT NULL,
  PRIMARY KEY (queue_id, batch_id)
);

-- The last entry of each record; its row is the lock of whoever appends.
CREATE TABLE admission_heads (
  queue_id text PRIMARY KEY,
  n        bigint NOT NULL,
  hash     text NOT NULL
);

CREATE TABLE admission_record (
  queue_id    text NOT NULL,
  -- 1 for the first entry of a queue, and no number left out.
  n           bigint NOT NULL,
  -- 0 where the entry is about the line and nobody was admitted.
  ticket      bigint NOT NULL,
  admitted_at timestamptz NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('IN_TURN', 'PRIORITISED', 'RETURNED', 'DATA_LOST')),
  hash        text NOT NULL,
  PRIMARY KEY (queue_id, n)
);
-- Each admission once, however often it is told.
CREATE UNIQUE INDEX admission_record_once ON admission_record (queue_id, ticket, admitted_at);
