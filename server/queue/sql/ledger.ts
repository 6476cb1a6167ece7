import type { Database, Row } from '../../db/database.ts';
import type { LedgerEntry, NotedSlot, QueueLedger } from '../ledger.ts';
import type { QueueSettings } from '../store.ts';

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
  inside: NotedSlot[];
}

const FIND = 'SELECT * FROM queue_ledger WHERE queue_id = $1';
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
  inside: row.inside,
});
