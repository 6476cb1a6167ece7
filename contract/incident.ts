import Type from 'typebox';
import { CLOSED, IdInPath, QueueId, Time, UserId, Won } from './common.ts';

export const KindOfIncident = Type.Unsafe<
  'TOKEN_STORM' | 'RESERVATION_BOTTLENECK' | 'EVENTS_STALLED' | 'SCHEDULER_STALLED' | 'CONSUMER_FAILING'
>({
  type: 'string',
  enum: ['TOKEN_STORM', 'RESERVATION_BOTTLENECK', 'EVENTS_STALLED', 'SCHEDULER_STALLED', 'CONSUMER_FAILING'],
});

const language = Type.Unsafe<'en' | 'ko'>({
  type: 'string',
  enum: ['en', 'ko'],
  description: 'By Accept-Language unless told otherwise',
});

export const IncidentParams = Type.Object({ incidentId: IdInPath });
export const LanguageQuery = Type.Object({ lang: Type.Optional(language) });

const nullableTime = Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'ISO-8601 UTC, or null' });
const nullableInteger = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

const incident = {
  id: Type.Integer(),
  status: Type.Unsafe<'OPEN' | 'CLOSED'>({ type: 'string', enum: ['OPEN', 'CLOSED'] }),
  kinds: Type.Array(KindOfIncident, { description: 'What was noticed first, and everything since' }),
  beganAt: Time,
  noticedAt: Time,
  closedAt: nullableTime,
  durationSeconds: Type.Integer(),
  affectedUsers: Type.Integer(),
  loweredCaps: Type.Array(Type.Object({ queueId: QueueId, own: Type.Integer(), now: Type.Integer() }), {
    description: 'Lines whose cap is lowered for the time being',
  }),
  summary: Type.String({ description: 'One sentence for a person' }),
};

export const IncidentSummary = Type.Object(incident);
export const Incidents = Type.Object({ items: Type.Array(IncidentSummary) });

export const Incident = Type.Object({
  ...incident,
  impact: Type.Object({
    users: Type.Integer(),
    failed: Type.Integer(),
    slow: Type.Integer(),
    slotEnded: Type.Integer(),
    holdEnded: Type.Integer(),
  }),
  timeline: Type.Array(
    Type.Object({
      at: Time,
      process: Type.String(),
      subject: Type.String({ description: 'incident, kind:…, sign:…, or what was done: bypass, shed, cap:…, …' }),
      code: Type.String(),
      text: Type.String({ description: 'For a person' }),
      reason: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Why jari does that' }),
      facts: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
    }),
  ),
  improvements: Type.Object({
    drafted: Type.Array(Type.Object({ code: Type.String(), title: Type.String(), evidence: Type.String() })),
    edited: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: "An operator's words; null: the draft",
    }),
    editedAt: nullableTime,
  }),
  compensations: Type.Object({
    credited: Type.Integer({ description: 'Users' }),
    prioritised: Type.Integer({ description: 'Users' }),
  }),
});

export const IncidentPatch = Type.Object(
  {
    improvements: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      maxLength: 20_000,
      pattern: '^[^\\u0000]*$',
      description: 'Replaces the draft in every report; null goes back to the draft',
    }),
  },
  CLOSED,
);

export const AffectedUsersQuery = Type.Object({
  cursor: Type.Optional(UserId),
});

export const AffectedUsers = Type.Object({
  items: Type.Array(
    Type.Object({
      userId: UserId,
      failed: Type.Integer({ description: 'Requests that were answered 5xx' }),
      slow: Type.Integer({ description: 'Requests that took over a second' }),
      slotEnded: Type.Boolean(),
      holdEnded: Type.Boolean(),
      worstStatus: nullableInteger('Of the requests that failed or were slow'),
      longestMilliseconds: Type.Integer(),
      apis: Type.Array(Type.String()),
      firstAt: Time,
      lastAt: Time,
    }),
  ),
  nextCursor: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Null on the last page' }),
});

const compensationKind = Type.Unsafe<'WALLET_CREDIT' | 'PRIORITY_REENTRY'>({
  type: 'string',
  enum: ['WALLET_CREDIT', 'PRIORITY_REENTRY'],
});

export const CompensateBody = Type.Object(
  {
    kind: compensationKind,
    amount: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'Won for each user; with WALLET_CREDIT' }),
    ),
    queueId: Type.Optional(QueueId),
    userIds: Type.Optional(
      Type.Array(UserId, { maxItems: 10_000, description: 'Some of the affected users; all of them when absent' }),
    ),
    dryRun: Type.Optional(Type.Boolean()),
  },
  CLOSED,
);

export const Compensated = Type.Object({
  dryRun: Type.Boolean(),
  kind: compensationKind,
  amount: Type.Optional(Won),
  count: Type.Integer({ description: 'Who gets it by this call' }),
  userIds: Type.Array(UserId),
  already: Type.Integer({ description: 'Who had it before' }),
  notAffected: Type.Array(UserId, { description: 'Named, but not hurt by this incident: they get nothing' }),
});
