-- What goes wrong in a sale, what was done about it, and whom it hurt.

-- At most one is open: what else goes wrong meanwhile joins it.
CREATE TABLE incidents (
  incident_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What was noticed first, and everything since.
  kinds           text[] NOT NULL CHECK (cardinality(kinds) > 0),
  -- The first sample that showed it; when it was noticed; when it was over.
  began_at        timestamptz NOT NULL,
  opened_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed_at       timestamptz,
  -- When a process last saw each kind, in milliseconds since 1970 by this clock.
  unwell          jsonb NOT NULL,
  -- Caps that are lowered for the time being: {"main": {"own": 50, "set": 30, "was": 40, "at": 1700000000000}}.
  caps            jsonb NOT NULL DEFAULT '{}',
  -- What to improve, as it was drafted when the incident closed, and what an operator made of it.
  draft           jsonb,
  improvements    text,
  improvements_at timestamptz
);
CREATE UNIQUE INDEX incidents_one_open ON incidents ((closed_at IS NULL)) WHERE closed_at IS NULL;

-- The timeline. `subject` is a sign, a response, a cap …; `code` what became of it.
CREATE TABLE incident_entries (
  entry_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id bigint NOT NULL REFERENCES incidents,
  at          timestamptz NOT NULL,
  process     text NOT NULL,
  subject     text NOT NULL,
  code        text NOT NULL,
  facts       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX incident_entries_of_subject ON incident_entries (incident_id, subject, entry_id DESC);

-- What each process saw each second, for the charts.
CREATE TABLE incident_samples (
  incident_id bigint NOT NULL REFERENCES incidents,
  at          timestamptz NOT NULL,
  process     text NOT NULL,
  figures     jsonb NOT NULL,
  PRIMARY KEY (incident_id, at, process)
);

-- Whom it hurt: each user once, with what happened.
CREATE TABLE incident_users (
  incident_id  bigint NOT NULL REFERENCES incidents,
  user_id      text NOT NULL,
  -- Requests that failed, and that were answered but took long.
  failed       integer NOT NULL DEFAULT 0,
  slow         integer NOT NULL DEFAULT 0,
  slot_ended   boolean NOT NULL DEFAULT false,
  hold_ended   boolean NOT NULL DEFAULT false,
  worst_status integer,
  longest_ms   integer NOT NULL DEFAULT 0,
  apis         text[] NOT NULL DEFAULT '{}',
  first_at     timestamptz NOT NULL,
  last_at      timestamptz NOT NULL,
  PRIMARY KEY (incident_id, user_id)
);

-- What made good for it. Each user once an incident, whoever asks and however often.
CREATE TABLE compensations (
  incident_id bigint NOT NULL REFERENCES incidents,
  user_id     text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('WALLET_CREDIT', 'PRIORITY_REENTRY')),
  amount      bigint CHECK (amount > 0),
  queue_id    text,
  granted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When a promised place was taken; credits are used at once.
  used_at     timestamptz,
  PRIMARY KEY (incident_id, user_id, kind),
  CHECK ((kind = 'WALLET_CREDIT') = (amount IS NOT NULL)),
  CHECK ((kind = 'PRIORITY_REENTRY') = (queue_id IS NOT NULL))
);
CREATE INDEX compensations_promised ON compensations (queue_id, user_id)
  WHERE kind = 'PRIORITY_REENTRY' AND used_at IS NULL;

-- An entry that stands for something else than a reservation names it: a user gets it once.
ALTER TABLE wallet_entries ADD COLUMN reference text;
CREATE UNIQUE INDEX wallet_entries_one_a_reference ON wallet_entries (user_id, reference) WHERE reference IS NOT NULL;

-- Holds that ran out, by when: whom an incident cost a hold.
CREATE INDEX reservations_expired ON reservations (held_until) WHERE status = 'EXPIRED';

-- When each job of the scheduler ran last, whichever process ran it.
CREATE TABLE scheduler_runs (
  job     text PRIMARY KEY,
  ran_at  timestamptz NOT NULL,
  process text NOT NULL
);
