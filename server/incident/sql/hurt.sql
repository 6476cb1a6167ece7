-- Adds up what happened to users in an incident: each has one row. `slots` and `holds` name further users whose slot or
-- hold ended meanwhile, with the time.
CREATE OR REPLACE FUNCTION jari_incident_hurt(target bigint, users jsonb)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO incident_users AS u (incident_id, user_id, failed, slow, slot_ended, hold_ended, worst_status, longest_ms,
    apis, first_at, last_at)
  SELECT target, n."userId", n.failed, n.slow, n."slotEnded", n."holdEnded", n."worstStatus", n."longestMilliseconds",
    n.apis, n."firstAt", n."lastAt"
  FROM jsonb_to_recordset(users) AS n ("userId" text, failed integer, slow integer, "slotEnded" boolean,
    "holdEnded" boolean, "worstStatus" integer, "longestMilliseconds" integer, apis text[], "firstAt" timestamptz,
    "lastAt" timestamptz)
  ORDER BY n."userId"
  ON CONFLICT (incident_id, user_id) DO UPDATE SET
    failed = u.failed + excluded.failed,
    slow = u.slow + excluded.slow,
    slot_ended = u.slot_ended OR excluded.slot_ended,
    hold_ended = u.hold_ended OR excluded.hold_ended,
    worst_status = greatest(u.worst_status, excluded.worst_status),
    longest_ms = greatest(u.longest_ms, excluded.longest_ms),
    apis = ARRAY(SELECT DISTINCT a FROM unnest(u.apis || excluded.apis) a ORDER BY a),
    first_at = least(u.first_at, excluded.first_at),
    last_at = greatest(u.last_at, excluded.last_at)
$$;
