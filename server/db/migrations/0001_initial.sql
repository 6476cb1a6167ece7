-- The tables of the first release. Times are the store's clock; money is whole won.

-- The line --------------------------------------------------------------------------------------------------------

CREATE TABLE queues (
  queue_id           text PRIMARY KEY,
  cap                integer NOT NULL CHECK (cap >= 0),
  state              text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'PAUSED', 'PRE_QUEUE')),
  active_seconds     integer NOT NULL CHECK (active_seconds > 0),
  no_show_seconds    integer NOT NULL CHECK (no_show_seconds > 0),
  release_on_confirm boolean NOT NULL DEFAULT false,
  last_ticket        bigint NOT NULL DEFAULT 0,
  serving_ticket     bigint NOT NULL DEFAULT 0,
  waiting            bigint NOT NULL DEFAULT 0 CHECK (waiting >= 0)
);

-- How many wait in each block of 128 tickets, so that a position is a short sum however long the line is.
CREATE TABLE waiting_blocks (
  queue_id text NOT NULL REFERENCES queues,
  block    bigint NOT NULL,
  waiting  integer NOT NULL CHECK (waiting >= 0),
  PRIMARY KEY (queue_id, block)
);

-- One row a place that somebody waits in or is inside with. A user has at most one such place in a queue.
CREATE TABLE places (
  queue_id   text NOT NULL REFERENCES queues,
  ticket     bigint NOT NULL,
  user_id    text NOT NULL,
  status     text NOT NULL CHECK (status IN ('WAITING', 'ACTIVE', 'EXPIRED')),
  entered_at timestamptz NOT NULL,
  active_at  timestamptz,
  expires_at timestamptz,
  -- When the user was first noticed after being admitted; null makes the slot a no-show after no_show_seconds.
  seen_at    timestamptz,
  PRIMARY KEY (queue_id, ticket),
  CHECK ((status = 'WAITING') = (expires_at IS NULL))
);
CREATE UNIQUE INDEX places_one_a_user ON places (queue_id, user_id);
CREATE INDEX places_waiting ON places (queue_id, ticket) WHERE status = 'WAITING';
CREATE INDEX places_active ON places (queue_id, expires_at) WHERE status = 'ACTIVE';
CREATE INDEX places_expired ON places (expires_at) WHERE status = 'EXPIRED';

-- Admissions counted by the second, for the measured throughput behind every estimate.
CREATE TABLE admissions (
  queue_id text NOT NULL REFERENCES queues,
  second   bigint NOT NULL,
  count    integer NOT NULL,
  PRIMARY KEY (queue_id, second)
);

-- The catalogue -----------------------------------------------------------------------------------------------------

CREATE TABLE concerts (
  concert_id bigint PRIMARY KEY,
  title      text NOT NULL,
  title_en   text NOT NULL,
  artist     text NOT NULL,
  venue      text NOT NULL,
  poster     jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE schedules (
  schedule_id bigint PRIMARY KEY,
  concert_id  bigint NOT NULL REFERENCES concerts,
  starts_at   timestamptz NOT NULL
);
CREATE INDEX schedules_of_concert ON schedules (concert_id);

CREATE TABLE seats (
  schedule_id bigint NOT NULL REFERENCES schedules,
  seat_id     bigint NOT NULL,
  label       text NOT NULL,
  section     text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('SEAT', 'STANDING')),
  price       bigint NOT NULL CHECK (price >= 0),
  capacity    integer NOT NULL CHECK (capacity > 0),
  PRIMARY KEY (schedule_id, seat_id),
  CHECK (kind = 'STANDING' OR capacity = 1)
);

-- Places taken in a standing section. Numbered seats need no row: the unique index on live reservations guards them.
CREATE TABLE standing_stock (
  schedule_id bigint NOT NULL,
  seat_id     bigint NOT NULL,
  capacity    integer NOT NULL,
  taken       integer NOT NULL DEFAULT 0,
  PRIMARY KEY (schedule_id, seat_id),
  FOREIGN KEY (schedule_id, seat_id) REFERENCES seats,
  CHECK (taken BETWEEN 0 AND capacity)
);

-- Money -------------------------------------------------------------------------------------------------------------

CREATE TABLE wallets (
  user_id text PRIMARY KEY,
  balance bigint NOT NULL CHECK (balance >= 0)
);

CREATE TABLE wallet_entries (
  entry_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id        text NOT NULL,
  amount         bigint NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('OPENING', 'CHARGE', 'PAYMENT', 'REFUND')),
  reservation_id uuid,
  at             timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((kind IN ('PAYMENT', 'REFUND')) = (reservation_id IS NOT NULL))
);
CREATE INDEX wallet_entries_of_user ON wallet_entries (user_id, entry_id DESC);
-- A reservation is paid at most once and refunded at most once, whoever asks.
CREATE UNIQUE INDEX wallet_entries_once ON wallet_entries (reservation_id, kind) WHERE reservation_id IS NOT NULL;
CREATE UNIQUE INDEX wallet_entries_one_opening ON wallet_entries (user_id) WHERE kind = 'OPENING';

-- Reservations --------------------------------------------------------------------------------------------------------

CREATE TABLE reservations (
  reservation_id uuid PRIMARY KEY,
  user_id        text NOT NULL,
  concert_id     bigint NOT NULL,
  schedule_id    bigint NOT NULL,
  seat_id        bigint NOT NULL,
  queue_id       text NOT NULL,
  -- True for a numbered seat: at most one live reservation for it.
  exclusive      boolean NOT NULL,
  status         text NOT NULL CHECK (status IN ('HELD', 'CONFIRMED', 'CANCELLED', 'EXPIRED')),
  price          bigint NOT NULL CHECK (price >= 0),
  created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  held_until     timestamptz,
  confirmed_at   timestamptz,
  CHECK (status <> 'HELD' OR held_until IS NOT NULL),
  CHECK (status <> 'CONFIRMED' OR confirmed_at IS NOT NULL)
  -- No foreign key to seats: its check would have every buyer of a standing section lock that one row. Rows come
  -- from jari_reserve alone, which reads the seat; seats are never deleted.
);
-- The guards: whatever the code above them does, a seat has one owner and a user one place in a section.
CREATE UNIQUE INDEX reservations_one_owner ON reservations (schedule_id, seat_id)
  WHERE exclusive AND status IN ('HELD', 'CONFIRMED');
CREATE UNIQUE INDEX reservations_one_a_user ON reservations (user_id, schedule_id, seat_id)
  WHERE status IN ('HELD', 'CONFIRMED');
CREATE INDEX reservations_of_user ON reservations (user_id, created_at DESC);
CREATE INDEX reservations_held ON reservations (held_until) WHERE status = 'HELD';

-- The answer to a request that named an Idempotency-Key; written in the transaction of its effect.
CREATE TABLE idempotency_keys (
  user_id    text NOT NULL,
  key        text NOT NULL,
  hash       text NOT NULL,
  request_id text NOT NULL,
  answer     jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Events --------------------------------------------------------------------------------------------------------------

-- Appended in the transaction of the fact; published in order of event_id per key by whoever takes the rows.
CREATE TABLE outbox (
  event_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic        text NOT NULL,
  key          text NOT NULL,
  type         text NOT NULL,
  payload      jsonb NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  published_at timestamptz
);
CREATE INDEX outbox_unpublished ON outbox (event_id) WHERE published_at IS NULL;
