import type { Compensation, IncidentArchive, IncidentRecord, StoredEntry } from '../store.ts';
import { type Facts, factsOf } from './facts.ts';
import { type Improvement, improvements } from './improve.ts';
import { type Step, stepsOf } from './series.ts';

/** How many users something happened to. */
export interface Impact {
  users: number;
  failed: number;
  slow: number;
  slotEnded: number;
  holdEnded: number;
}

/** All that a report says, before it is put in words. */
export interface Report {
  incident: IncidentRecord;
  timeline: StoredEntry[];
  steps: Step[];
  facts: Facts;
  impact: Impact;
  compensations: Compensation[];
  improvements: Improvement[];
}

export interface ReportSettings {
  reservationMilliseconds: number;
  tokenMilliseconds: number;
  switchedOff: readonly string[];
  poolSize: number | null;
}

/**
 * Gathers a report from what was kept. Null when there is no such incident.
 * @param charts false leaves the samples out, which are most of it: no charts, and improvements only once they are drafted
 * @throws StoreUnavailable
 */
export async function gatherReport(
  archive: IncidentArchive,
  settings: ReportSettings,
  incidentId: number,
  charts: boolean,
): Promise<Report | null> {
  const incident = await archive.find(incidentId);
  if (!incident) return null;
  const [timeline, samples, impact, compensations] = await Promise.all([
    archive.timeline(incidentId),
    charts ? archive.samples(incidentId) : [],
    archive.impact(incidentId),
    archive.compensations(incidentId),
  ]);
  const steps = stepsOf(samples);
  const { beganAt, openedAt, closedAt, kinds } = incident;
  const { reservationMilliseconds, switchedOff, poolSize } = settings;
  const facts = factsOf({ beganAt, openedAt, closedAt, timeline, steps, reservationMilliseconds });
  // What was drafted when it closed stands, whatever a later version would draft.
  const drafted =
    (incident.draft as Improvement[] | null) ??
    (charts ? improvements({ kinds, facts, switchedOff, poolSize, affectedUsers: impact.users }) : []);
  return { incident, timeline, steps, facts, impact, compensations, improvements: drafted };
}
