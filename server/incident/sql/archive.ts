import type { Database, Row } from '../../db/database.ts';
import type { HurtUser } from '../incident.ts';
import type { Compensation, IncidentArchive, IncidentRecord, StoredEntry } from '../store.ts';

const RECORD = `SELECT i.incident_id AS id, i.kinds, i.began_at AS "beganAt", i.opened_at AS "openedAt",
    i.closed_at AS "closedAt", i.caps, i.draft, i.improvements, i.improvements_at AS "improvementsAt",
    (SELECT count(*) FROM incident_users u WHERE u.incident_id = i.incident_id) AS "affectedUsers"
  FROM incidents i`;
const LIST = `${RECORD} ORDER BY i.incident_id DESC LIMIT $1`;
const FIND = `${RECORD} WHERE i.incident_id = $1`;
const TIMELINE = `SELECT at, process, subject, code, facts FROM incident_entries WHERE incident_id = $1
  ORDER BY at, entry_id LIMIT 10000`;
const SAMPLES = 'SELECT process, figures AS sample FROM incident_samples WHERE incident_id = $1 ORDER BY at, process';
const USERS = `SELECT user_id AS "userId", failed, slow, slot_ended AS "slotEnded", hold_ended AS "holdEnded",
    worst_status AS "worstStatus", longest_ms AS "longestMilliseconds", apis, first_at AS "firstAt", last_at AS "lastAt"
  FROM incident_users WHERE incident_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3`;
const IMPACT = `SELECT count(*) AS users, count(*) FILTER (WHERE failed > 0) AS failed,
    count(*) FILTER (WHERE slow > 0) AS slow, count(*) FILTER (WHERE slot_ended) AS "slotEnded",
    count(*) FILTER (WHERE hold_ended) AS "holdEnded" FROM incident_users WHERE incident_id = $1`;
const COMPENSATIONS = `SELECT user_id AS "userId", kind, amount, queue_id AS "queueId", granted_at AS "grantedAt",
    used_at AS "usedAt" FROM compensations WHERE incident_id = $1 ORDER BY user_id, kind`;
const GRANT = `INSERT INTO compensations (incident_id, user_id, kind, amount, queue_id)
  SELECT $1, g."userId", g.kind, g.amount, g."queueId"
  FROM jsonb_to_recordset($2::jsonb) AS g ("userId" text, kind text, amount bigint, "queueId" text)
  ORDER BY g."userId" ON CONFLICT DO NOTHING RETURNING user_id`;
const USED = `UPDATE compensations SET used_at = clock_timestamp()
  WHERE incident_id = $1 AND kind = $2 AND user_id = ANY ($3) AND used_at IS NULL`;
const PASSES = `SELECT incident_id AS "incidentId", user_id AS "userId", queue_id AS "queueId" FROM compensations
  WHERE kind = 'PRIORITY_REENTRY' AND used_at IS NULL ORDER BY granted_at, user_id LIMIT $1`;
const DRAFT = 'UPDATE incidents SET draft = $2 WHERE incident_id = $1';
const IMPROVEMENTS = `UPDATE incidents SET improvements = $2, improvements_at = clock_timestamp()
  WHERE incident_id = $1 RETURNING incident_id`;

type Impact = Awaited<ReturnType<IncidentArchive['impact']>>;
const UNHURT: Impact = { users: 0, failed: 0, slow: 0, slotEnded: 0, holdEnded: 0 };

/** Incidents in the database, as operators read them. */
export function sqlIncidentArchive(database: Database): IncidentArchive {
  return {
    list: (most) => database.query<IncidentRecord & Row>(LIST, [most]),
    find: async (incidentId) => (await database.query<IncidentRecord & Row>(FIND, [incidentId]))[0] ?? null,
    timeline: (incidentId) => database.query<StoredEntry & Row>(TIMELINE, [incidentId]),
    samples: (incidentId) => database.query(SAMPLES, [incidentId]),
    affectedUsers: (incidentId, most, after = '') => database.query<HurtUser & Row>(USERS, [incidentId, after, most]),
    impact: async (incidentId) => (await database.query<Impact & Row>(IMPACT, [incidentId]))[0] ?? UNHURT,
    compensations: (incidentId) => database.query<Compensation & Row>(COMPENSATIONS, [incidentId]),
    async grant(incidentId, grants) {
      const rows = await database.query<{ user_id: string }>(GRANT, [incidentId, JSON.stringify(grants)]);
      return rows.map((row) => row.user_id);
    },
    async used(incidentId, kind, userIds) {
      await database.query(USED, [incidentId, kind, [...userIds]]);
    },
    openPasses: (most) => database.query(PASSES, [most]),
    async saveDraft(incidentId, draft) {
      await database.query(DRAFT, [incidentId, JSON.stringify(draft)]);
    },
    async saveImprovements(incidentId, text) {
      return (await database.query(IMPROVEMENTS, [incidentId, text])).length > 0;
    },
  };
}
