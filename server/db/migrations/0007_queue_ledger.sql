-- What must outlive the line when that lives in Redis: by it a line that was lost is told from one that is new, and
-- rebuilt. Not used while the line lives in this database.
CREATE TABLE queue_ledger (
  queue_id           text PRIMARY KEY,
  cap                integer NOT NULL,
  state              text NOT NULL,
  active_seconds     integer NOT NULL,
  no_show_seconds    integer NOT NULL,
  release_on_confirm boolean NOT NULL,
  -- How many lives the data has had; 0 when the line was never opened.
  epoch              bigint NOT NULL DEFAULT 0,
  last_ticket        bigint NOT NULL DEFAULT 0,
  serving_ticket     bigint NOT NULL DEFAULT 0,
  -- Who is inside, as the line's store wants it.
  inside             jsonb NOT NULL DEFAULT '[]',
  noted_at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
