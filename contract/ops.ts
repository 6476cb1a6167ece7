import Type from 'typebox';
import { CLOSED, QueueId, Time } from './common.ts';
import { QueueState } from './queue.ts';

export const QueueAdmin = Type.Object({
  queueId: QueueId,
  cap: Type.Integer(),
  state: QueueState,
  activeSeconds: Type.Integer(),
  noShowSeconds: Type.Integer(),
  releaseOnConfirm: Type.Boolean(),
  active: Type.Integer(),
  waiting: Type.Integer(),
});

export const QueuePatch = Type.Object(
  {
    cap: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
    state: Type.Optional(QueueState),
    activeSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
    releaseOnConfirm: Type.Optional(Type.Boolean()),
    shuffle: Type.Optional(
      Type.Unsafe<true>({
        type: 'boolean',
        enum: [true],
        description:
          'With state PRE_QUEUE: the places of all who enter until it opens are drawn then. There is no undoing it',
      }),
    ),
  },
  { ...CLOSED, minProperties: 1 },
);

export const Audit = Type.Object({
  ok: Type.Boolean(),
  checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })),
});

const status = Type.Unsafe<'OK' | 'WARN' | 'DOWN' | 'OFF'>({ type: 'string', enum: ['OK', 'WARN', 'DOWN', 'OFF'] });
const scalar = Type.Unsafe<string | number | boolean | null>({ type: ['string', 'number', 'boolean', 'null'] });
const area = Type.Object({
  status,
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      status,
      value: scalar,
      unit: Type.Optional(Type.String()),
      limit: Type.Optional(scalar),
    }),
  ),
});
export const Checklist = Type.Object({
  checkedAt: Time,
  areas: Type.Object({ logs: area, redis: area, db: area, kafka: area, scheduler: area }),
});
export type Checklist = Type.Static<typeof Checklist>;
export type ChecklistArea = Checklist['areas']['db'];

export const DeadLetter = Type.Object({
  id: Type.Integer(),
  consumer: Type.String(),
  eventId: Type.Integer(),
  topic: Type.String(),
  key: Type.String(),
  type: Type.String(),
  payload: Type.Unknown(),
  error: Type.String(),
  attempts: Type.Integer(),
  failedAt: Time,
  replayedAt: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
});
export const DeadLetters = Type.Object({ items: Type.Array(DeadLetter) });

export const ReplayBody = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), { maxItems: 10_000 }),
    ),
    dryRun: Type.Optional(Type.Boolean()),
  },
  CLOSED,
);
export const ReplayOutcome = Type.Object({
  dryRun: Type.Boolean(),
  count: Type.Integer(),
  items: Type.Array(DeadLetter),
});
