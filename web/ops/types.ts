// The contract's shapes for operators, as types alone.
import type { Static } from 'typebox';
import type * as incident from '../../contract/incident.ts';
import type * as ops from '../../contract/ops.ts';

export type { ChallengeSetting } from '../../contract/challenge.ts';
export type { Checklist, ChecklistArea } from '../../contract/ops.ts';

export type QueueAdmin = Static<typeof ops.QueueAdmin>;
export type QueuePatch = Static<typeof ops.QueuePatch>;
export type Audit = Static<typeof ops.Audit>;
export type DeadLetter = Static<typeof ops.DeadLetter>;
export type ReplayOutcome = Static<typeof ops.ReplayOutcome>;
export type IncidentSummary = Static<typeof incident.IncidentSummary>;
export type Incident = Static<typeof incident.Incident>;
export type CompensateBody = Static<typeof incident.CompensateBody>;
export type Compensated = Static<typeof incident.Compensated>;
