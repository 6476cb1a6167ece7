-- Who was promised to be next, whatever their ticket: makes good for an incident that cost them their place.
ALTER TABLE places ADD COLUMN ahead boolean NOT NULL DEFAULT false;
CREATE INDEX places_ahead ON places (queue_id, ticket) WHERE status = 'WAITING' AND ahead;

-- Entering has one parameter more (whether to admit at the door), and a function that is replaced keeps its parameters.
DROP FUNCTION IF EXISTS jari_queue_enter(text[], text[], integer, integer, integer);
