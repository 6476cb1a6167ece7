-- Counts every time that somebody in a queue was admitted, left, or ran out of time: by it, processes that tell listeners
-- notice what another process did.
ALTER TABLE queues ADD COLUMN moves bigint NOT NULL DEFAULT 0;

-- Old records are looked for queue by queue.
DROP INDEX places_expired;
CREATE INDEX places_expired ON places (queue_id, expires_at) WHERE status = 'EXPIRED';
