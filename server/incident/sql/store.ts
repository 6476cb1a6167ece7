import type { Database, Row } from '../../db/database.ts';
import type { HurtUser, Incident, LoweredCap } from '../incident.ts';
import type { Kind } from '../kinds.ts';
import type { IncidentStore } from '../store.ts';

interface PulseRow extends Row {
  incident_id: number;
  kinds: Kind[];
  began: Date;
  opened: Date;
  closed: Date | null;
  unwell: Partial<Record<Kind, number>>;
  caps: Record<string, LoweredCap>;
  now_ms: number;
  fresh: boolean;
}

/** Rows of one call: a second of a storm can hurt thousands. */
const MOST_ROWS = 2_000;

const CLAIM = `UPDATE incidents SET caps = CASE WHEN $4::jsonb IS NULL THEN caps - $2 ELSE caps || jsonb_build_object($2,
    $4::jsonb || jsonb_build_object('at', floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)) END
  WHERE incident_id = $1 AND closed_at IS NULL AND caps -> $2 IS NOT DISTINCT FROM $3::jsonb RETURNING incident_id`;

const CLOSE = `UPDATE incidents SET closed_at = clock_timestamp()
  WHERE incident_id = $1 AND closed_at IS NULL AND caps = '{}'
    AND (SELECT coalesce(max(value::bigint), 0) FROM jsonb_each_text(unwell))
      < floor(extract(epoch FROM clock_timestamp()) * 1000) - $2
  RETURNING incident_id`;

const OWNERS = `SELECT reservation_id::text AS id, user_id FROM reservations WHERE reservation_id = ANY ($1::uuid[])`;

const KEEP = `INSERT INTO incident_samples (incident_id, at, process, figures)
  SELECT $1, (s ->> 'isoAt')::timestamptz, $2, s -> 'sample' FROM jsonb_array_elements($3::jsonb) s ON CONFLICT DO NOTHING`;

const ENDINGS = `
  WITH span AS (SELECT began_at, coalesce(closed_at, clock_timestamp()) AS until FROM incidents WHERE incident_id = $1),
  ended AS (
    SELECT r.user_id, r.held_until AS at FROM reservations r, span
    WHERE r.status = 'EXPIRED' AND r.held_until BETWEEN span.began_at AND span.until
  )
  SELECT jari_incident_hurt($1, coalesce(jsonb_agg(jsonb_build_object('userId', e.user_id, 'failed', 0, 'slow', 0,
    'slotEnded', false, 'holdEnded', true, 'longestMilliseconds', 0, 'apis', '[]'::jsonb, 'firstAt', e.first_at,
    'lastAt', e.last_at)), '[]'))
  FROM (SELECT user_id, min(at) AS first_at, max(at) AS last_at FROM ended GROUP BY user_id) e`;

/** Incidents in the database, for the loop of one process. Commands are the SQL functions beside this file. */
export function sqlIncidentStore(database: Database, process: string): IncidentStore {
  return {
    async pulse(seen, beganAt) {
      const text = 'SELECT * FROM jari_incident_pulse($1, $2)';
      const [row] = await database.query<PulseRow>(text, [[...seen], (beganAt ?? new Date()).toISOString()]);
      return row ? { incident: toIncident(row), fresh: row.fresh } : null;
    },

    async note(incidentId, entries) {
      if (entries.length === 0) return;
      await database.query('SELECT jari_incident_note($1, $2, $3)', [incidentId, process, JSON.stringify(entries)]);
    },

    async ownersOf(reservationIds) {
      if (reservationIds.length === 0) return new Map();
      const rows = await database.query<{ id: string; user_id: string }>(OWNERS, [[...reservationIds]]);
      return new Map(rows.map(({ id, user_id }) => [id, user_id]));
    },

    async hurt(incidentId, users) {
      for (let from = 0; from < users.length; from += MOST_ROWS) {
        const some: readonly HurtUser[] = users.slice(from, from + MOST_ROWS);
        await database.query('SELECT jari_incident_hurt($1, $2)', [incidentId, JSON.stringify(some)]);
      }
    },

    async hurtByHolds(incidentId) {
      await database.query(ENDINGS, [incidentId]);
    },

    async keepSamples(incidentId, samples) {
      if (samples.length === 0) return;
      const rows = samples.map((sample) => ({ isoAt: new Date(sample.at).toISOString(), sample }));
      await database.query(KEEP, [incidentId, process, JSON.stringify(rows)]);
    },

    async claimCap(incidentId, queueId, from, to) {
      const params = [incidentId, queueId, from && JSON.stringify(from), to && JSON.stringify(to)];
      return (await database.query(CLAIM, params)).length > 0;
    },

    async close(incidentId, calmMilliseconds) {
      return (await database.query(CLOSE, [incidentId, calmMilliseconds])).length > 0;
    },
  };
}

function toIncident(row: PulseRow): Incident {
  const unwell = Object.entries(row.unwell).map(([kind, at]) => [kind, Math.max(0, row.now_ms - at)]);
  return {
    id: row.incident_id,
    kinds: row.kinds,
    beganAt: row.began,
    openedAt: row.opened,
    closedAt: row.closed,
    unwellMilliseconds: Object.fromEntries(unwell),
    caps: row.caps,
    storeNow: row.now_ms,
  };
}
