-- Users enter their queues. The same user keeps the place they have; whose slot has ended starts again at the back.
-- A queue's row lock makes entry order the order of tickets. Everybody new joins the line, then the line is served:
-- so a slot goes to a newcomer at once only when one is free and nobody else waits. Without `admits` serving is left to
-- the next tick: in a storm, that is most of the work.
CREATE OR REPLACE FUNCTION jari_queue_enter(
  user_ids text[], queue_ids text[], new_cap integer, new_active_seconds integer, new_no_show_seconds integer,
  admits boolean DEFAULT true)
RETURNS TABLE (ord bigint, user_id text, queue_id text, status text, "position" bigint, ticket bigint, expires_at timestamptz)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  target text;
  mine text[];
  ended bigint[];
  unseen bigint[];
  fresh text[];
  one bigint;
  last bigint;
  moment timestamptz;
BEGIN
  FOR target, mine IN
    SELECT a.q, array_agg(a.u ORDER BY a.n)
    FROM (SELECT q, u, min(n) AS n FROM unnest(queue_ids, user_ids) WITH ORDINALITY AS r (q, u, n) GROUP BY q, u) a
    GROUP BY a.q ORDER BY a.q
  LOOP
    INSERT INTO queues (queue_id, cap, active_seconds, no_show_seconds)
    VALUES (target, new_cap, new_active_seconds, new_no_show_seconds) ON CONFLICT DO NOTHING;
    SELECT q.last_ticket INTO last FROM queues q WHERE q.queue_id = target FOR UPDATE;
    moment := clock_timestamp();

    -- LIMIT makes each look-up an index probe, whatever the planner believes about the table's size.
    SELECT array_agg(p.ticket) FILTER (WHERE p.over), array_agg(p.ticket) FILTER (WHERE NOT p.over AND p.unseen),
      array_agg(a.u ORDER BY a.n) FILTER (WHERE p.over IS NOT FALSE)
    INTO ended, unseen, fresh
    FROM unnest(mine) WITH ORDINALITY AS a (u, n)
    LEFT JOIN LATERAL (
      SELECT o.ticket, o.status = 'EXPIRED' OR o.status = 'ACTIVE' AND o.expires_at <= moment AS over,
        o.status = 'ACTIVE' AND o.seen_at IS NULL AS unseen
      FROM places o WHERE o.queue_id = target AND o.user_id = a.u LIMIT 1) p ON true;

    IF ended IS NOT NULL THEN PERFORM jari_queue_forget(target, ended); END IF;
    IF fresh IS NOT NULL THEN
      WITH placed AS (
        INSERT INTO places (queue_id, ticket, user_id, status, entered_at)
        SELECT target, last + a.n, a.u, 'WAITING', moment FROM unnest(fresh) WITH ORDINALITY AS a (u, n)
        RETURNING ticket
      )
      INSERT INTO waiting_blocks AS b (queue_id, block, waiting)
      SELECT target, p.ticket >> 7, count(*) FROM placed p GROUP BY 2
      ON CONFLICT (queue_id, block) DO UPDATE SET waiting = b.waiting + excluded.waiting;
      UPDATE queues q SET last_ticket = last + cardinality(fresh), waiting = q.waiting + cardinality(fresh)
      WHERE q.queue_id = target;
    END IF;

    -- Whoever asks is here: before slots end as no-shows, and when they are admitted by this very call.
    IF unseen IS NOT NULL THEN
      FOREACH one IN ARRAY unseen LOOP
        UPDATE places p SET seen_at = moment WHERE p.queue_id = target AND p.ticket = one;
      END LOOP;
    END IF;
    IF admits THEN PERFORM jari_queue_admit_one(target, moment, mine); END IF;
  END LOOP;
  RETURN QUERY SELECT * FROM jari_queue_places(user_ids, queue_ids);
END $$;
