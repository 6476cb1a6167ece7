-- Applies sales to the ranking, each event once: its inbox row and its effect are one transaction.
-- changes: [{"eventId", "concertId", "sold"}] with sold 1 or -1.
-- Lock order: inbox rows by event, then ranking rows by concert.
CREATE OR REPLACE FUNCTION sales_ranking_apply(changes jsonb) RETURNS void
LANGUAGE sql AS $$
  WITH change AS MATERIALIZED (
    SELECT DISTINCT * FROM jsonb_to_recordset(changes) AS c("eventId" bigint, "concertId" bigint, sold integer)
  ), fresh AS (
    INSERT INTO inbox (event_id, consumer)
    SELECT "eventId", 'sales-ranking' FROM change ORDER BY 1
    ON CONFLICT DO NOTHING
    RETURNING event_id
  )
  INSERT INTO sales_ranking AS r (concert_id, sold)
  SELECT c."concertId", sum(c.sold) FROM change c JOIN fresh f ON f.event_id = c."eventId"
  GROUP BY 1 ORDER BY 1
  ON CONFLICT (concert_id) DO UPDATE SET sold = r.sold + excluded.sold;
$$
