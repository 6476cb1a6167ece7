-- Gives the places of a queue their drawn tickets: `drawn` are those of tickets from `from_ticket` on. A place that has its
-- drawn ticket already, or is no more, is passed over, so a draw that was broken off is begun again, also by several at
-- once. With the last ticket the draw is over. Returns how many places were changed.
CREATE OR REPLACE FUNCTION jari_queue_draw(target text, from_ticket bigint, drawn bigint[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  queue queues%ROWTYPE;
  changed bigint[] := '{}';
  i integer;
BEGIN
  SELECT * INTO queue FROM queues q WHERE q.queue_id = target FOR UPDATE;
  IF queue.draw_to IS NULL OR from_ticket < queue.draw_from OR from_ticket + cardinality(drawn) - 1 > queue.draw_to THEN
    RETURN 0;
  END IF;
  FOR i IN 1 .. cardinality(drawn) LOOP
    UPDATE places p SET ticket = drawn[i] WHERE p.queue_id = target AND p.ticket = from_ticket + i - 1;
    IF FOUND THEN changed := changed || i::bigint; END IF;
  END LOOP;
  UPDATE waiting_blocks b SET waiting = b.waiting - gone.count
  FROM (SELECT (from_ticket + n - 1) >> 7 AS block, count(*)::integer AS count FROM unnest(changed) n GROUP BY 1) gone
  WHERE b.queue_id = target AND b.block = gone.block;
  INSERT INTO waiting_blocks AS b (queue_id, block, waiting)
  SELECT target, drawn[n] >> 7, count(*) FROM unnest(changed) n GROUP BY 2
  ON CONFLICT (queue_id, block) DO UPDATE SET waiting = b.waiting + excluded.waiting;
  IF from_ticket + cardinality(drawn) > queue.draw_to THEN
    UPDATE queues q SET draw_from = NULL, draw_to = NULL, moves = q.moves + 1 WHERE q.queue_id = target;
  END IF;
  RETURN cardinality(changed);
END $$;
