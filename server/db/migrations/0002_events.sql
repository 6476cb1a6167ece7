-- What the consumers of events have done, still have to do, and gave up on.

-- One row an event that a consumer has applied; written in the transaction of the effect. The event comes first so
-- that the rows of an event can be removed with it.
CREATE TABLE inbox (
  event_id   bigint NOT NULL,
  consumer   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (event_id, consumer)
);

-- One row an event that a consumer still has to apply. Written in the transaction that marks the event published,
-- removed when it is applied or given up. No foreign key: the row would lock its event for nothing, and only
-- outbox_sweep removes events, which keeps those that are still to be delivered.
CREATE TABLE deliveries (
  consumer        text NOT NULL,
  topic           text NOT NULL,
  key             text NOT NULL,
  event_id        bigint NOT NULL,
  attempts        integer NOT NULL DEFAULT 0,
  -- Not before this; a worker that takes the row moves it ahead by its lease, so that nobody else takes it too.
  next_attempt_at timestamptz NOT NULL,
  last_error      text,
  -- In this order, because a delivery may only start when no earlier one of its key is left.
  PRIMARY KEY (consumer, topic, key, event_id)
);
CREATE INDEX deliveries_due ON deliveries (consumer, next_attempt_at, event_id);

-- What a consumer gave up on, with the cause. Kept with its payload until somebody replays it, and after that.
CREATE TABLE dead_letters (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer    text NOT NULL,
  event_id    bigint NOT NULL,
  topic       text NOT NULL,
  key         text NOT NULL,
  type        text NOT NULL,
  payload     jsonb NOT NULL,
  attempts    integer NOT NULL,
  error       text NOT NULL,
  failed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  replayed_at timestamptz
);
CREATE INDEX dead_letters_of_event ON dead_letters (event_id, consumer);
CREATE INDEX dead_letters_waiting ON dead_letters (id) WHERE replayed_at IS NULL;

-- The effect of the consumer "sales-ranking": confirmed reservations of a concert.
CREATE TABLE sales_ranking (
  concert_id bigint PRIMARY KEY,
  sold       bigint NOT NULL
);
CREATE INDEX sales_ranking_best ON sales_ranking (sold DESC, concert_id);
