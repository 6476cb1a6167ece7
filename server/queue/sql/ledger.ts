import type { Database, Row } from '../../db/database.ts';
import type { LedgerEntry, NotedSlot, QueueLedger } from '../ledger.ts';
import type { QueueSettings } from '../store.ts';
import { drawsOf } from './draws.ts';
import { recordAdmissions } from './record.ts';

interface LedgerRow extends Row {
  queue_id: string;
  cap: number;
  state: QueueSettings['state'];
  active_seconds: number;
  no_show_seconds: number;
  release_on_confirm: boolean;
  epoch: number;
  last_ticket: number;
  serving_ticket: number;
  draw_from: number;
  draw_to: number;
  inside: NotedSlot[];
}

// A draw that is revealed has used its tickets, noted or not. One that is not revealed has begun when the queue is not open:
// it is revealed before that is noted. Its first ticket is noted soon after it began.
const FIND = `
  SELECT l.*, greatest(l.last_ticket, 2 * d.last_ticket - d.first_ticket + 1) AS last_ticket,
    CASE WHEN d.revealed_at IS NOT NULL OR d.number IS NOT NULL AND l.state <> 'OPEN'
      THEN coalesce(d.first_ticket, l.last_ticket + 1) ELSE 0 END AS draw_from,
    coalesce(d.last_ticket, -1) AS draw_to
  FROM queue_ledger l
  LEFT JOIN LATERAL (
    SELECT * FROM queue_draws o WHERE o.queue_id = l.queue_id ORDER BY o.number DESC LIMIT 1) d ON true
  WHERE l.queue_id = $1`;
const LIST = 'SELECT queue_id FROM queue_ledger ORDER BY queue_id';
const ADD = `
  INSERT INTO queue_ledger (queue_id, cap, state, active_seconds, no_show_seconds, release_on_confirm)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (queue_id) DO NOTHING`;
const CONFIGURE = `
  UPDATE queue_ledger SET cap = $2, state = $3, active_seconds = $4, no_show_seconds = $5, release_on_confirm = $6
  WHERE queue_id = $1`;
// Of the same life the later note is the one with the higher ticket; who is inside also changes without a ticket.
const NOTE = `
  UPDATE queue_ledger SET epoch = $2, last_ticket = $3, serving_ticket = $4, inside = $5, noted_at = clock_timestamp()
  WHERE queue_id = $1 AND (epoch < $2 OR epoch = $2 AND last_ticket <= $3 AND serving_ticket <= $4)`;

// A draw begins above all tickets that were drawn for: what comes from a process that was held up is about one before.
const NOTE_DRAW = `
  UPDATE queue_draws SET first_ticket = $2, last_ticket = $3::bigint, revealed_at = CASE WHEN $3::bigint IS NOT NULL THEN clock_timestamp() END
  WHERE queue_id = $1 AND revealed_at IS NULL
    AND NOT EXISTS (SELECT FROM queue_draws o WHERE o.queue_id = $1 AND o.last_ticket >= $2)`;

/** The ledger in the database. */
export function sqlQueueLedger(database: Database): QueueLedger {
  const find = async (queueId: string) => {
    const [row] = await database.query<LedgerRow>(FIND, [queueId]);
    return row ? toEntry(row) : null;
  };
  return {
    find,
    async list() {
      return (await database.query<{ queue_id: string }>(LIST)).map((row) => row.queue_id);
    },
    async add(settings) {
      await database.query(ADD, columns(settings));
      return (await find(settings.queueId)) as LedgerEntry;
    },
    async configure(settings) {
      await database.query(CONFIGURE, columns(settings));
    },
    async note(queueId, { epoch, lastTicket, servingTicket, inside }) {
      await database.query(NOTE, [queueId, epoch, lastTicket, servingTicket, JSON.stringify(inside)]);
    },
    async commitDraw(queueId, seed) {
      await database.query('SELECT jari_queue_commit($1, $2)', [queueId, seed]);
    },
    async noteDraw(queueId, firstTicket, lastTicket) {
      await database.query(NOTE_DRAW, [queueId, firstTicket, lastTicket]);
    },
    recordAdmissions: (queueId, admitted) => recordAdmissions(database, queueId, admitted),
    draws: (queueId) => drawsOf(database, [queueId]),
  };
}

const columns = (s: QueueSettings): unknown[] => [
  s.queueId,
  s.cap,
  s.state,
  s.activeSeconds,
  s.noShowSeconds,
  s.releaseOnConfirm,
];

const toEntry = (row: LedgerRow): LedgerEntry => ({
  settings: {
    queueId: row.queue_id,
    cap: row.cap,
    state: row.state,
    activeSeconds: row.active_seconds,
    noShowSeconds: row.no_show_seconds,
    releaseOnConfirm: row.release_on_confirm,
  },
  epoch: row.epoch,
  lastTicket: row.last_ticket,
  servingTicket: row.serving_ticket,
  drawFrom: row.draw_from,
  drawTo: row.draw_to,
  inside: row.inside,
});
