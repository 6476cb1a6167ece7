-- What the event bus on Kafka keeps beside the outbox.

-- Who does what one process at a time should do. Two at once are harmless; a lease only spares the work.
CREATE TABLE leases (
  name  text PRIMARY KEY,
  owner text NOT NULL,
  until timestamptz NOT NULL
);

-- Where the records began that a consumer took in hand last. Taken in hand there again, they were not finished.
CREATE TABLE consumer_chunks (
  consumer     text NOT NULL,
  topic        text NOT NULL,
  partition    integer NOT NULL,
  first_offset bigint NOT NULL,
  PRIMARY KEY (consumer, topic, partition)
);
