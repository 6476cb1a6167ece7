import type { Database, Row } from '../../db/database.ts';
import { isRevealed } from '../draw/draw.ts';
import { DrawnTickets } from '../draw/drawn-tickets.ts';
import { giveOut } from '../draw/give-out.ts';
import type { Change, EnterRequest, Place, QueueSettings, QueueStats, QueueStore } from '../store.ts';
import { drawsOf } from './draws.ts';

/** Settings of a queue that nobody has configured yet. */
export interface NewQueue {
  cap: number;
  activeSeconds: number;
  noShowSeconds: number;
}

interface PlaceRow extends Row {
  ord: number;
  user_id: string;
  queue_id: string;
  status: Place['status'];
  position: number;
  ticket: number;
  expires_at: Date | null;
}

interface QueueRow extends Row {
  queue_id: string;
  cap: number;
  state: QueueSettings['state'];
  active_seconds: number;
  no_show_seconds: number;
  release_on_confirm: boolean;
}

interface ConfiguredRow extends QueueRow {
  /** Of a draw that is not over. */
  draw_to: number | null;
}

interface StatsRow extends QueueRow {
  serving_ticket: number;
  waiting: number;
  active: number;
  admitted_last_minute: number;
}

const ENDED = `SELECT user_id AS "userId", expires_at AS at FROM places
  WHERE queue_id = $1 AND (status = 'EXPIRED' OR status = 'ACTIVE' AND expires_at <= clock_timestamp())
    AND expires_at >= $2 ORDER BY expires_at LIMIT 10000`;
const DUE = 'SELECT * FROM jari_queue_due()';
const DRAWING = 'SELECT queue_id FROM queues WHERE queue_id = ANY ($1) AND draw_to IS NOT NULL';

/** The line in the database. Each command is the SQL function of the same name beside this file. */
export function sqlQueueStore(database: Database, fresh: NewQueue): QueueStore {
  const defaults = [fresh.cap, fresh.activeSeconds, fresh.noShowSeconds];
  const orders = new DrawnTickets();

  async function drawing(queueIds: readonly string[]): Promise<string[]> {
    if (queueIds.length === 0) return [];
    return (await database.query<{ queue_id: string }>(DRAWING, [queueIds])).map((row) => row.queue_id);
  }

  async function finishDraws(queueIds: readonly string[]): Promise<void> {
    for (const draw of (await drawsOf(database, queueIds, 1)).filter(isRevealed)) {
      const text = 'SELECT jari_queue_draw($1, $2, $3)';
      await giveOut(draw, orders, (from, drawn) => database.query(text, [draw.queueId, from, drawn]));
    }
  }

  return {
    inTurn: database.kind === 'pglite',
    async enter(requests, admits = true) {
      const text = 'SELECT * FROM jari_queue_enter($1, $2, $3, $4, $5, $6)';
      const rows = await database.query<PlaceRow>(text, [...columns(requests), ...defaults, admits]);
      return rows.map(toPlace);
    },

    async status(requests, seen) {
      const text = 'SELECT * FROM jari_queue_status($1, $2, $3)';
      const rows = await database.query<PlaceRow>(text, [...columns(requests), seen]);
      const places: (Place | null)[] = requests.map(() => null);
      for (const row of rows) places[row.ord - 1] = toPlace(row);
      return places;
    },

    async leave(requests) {
      const tickets = requests.map((r) => r.ticket ?? 0);
      const text = 'SELECT * FROM jari_queue_leave($1, $2, $3)';
      const rows = await database.query<{ had_place: boolean }>(text, [...columns(requests), tickets]);
      return rows.map((row) => row.had_place);
    },

    async prioritise(requests) {
      const text = 'SELECT * FROM jari_queue_prioritise($1, $2)';
      return (await database.query<{ waits: boolean }>(text, columns(requests))).map((row) => row.waits);
    },

    async ended(queueId, since) {
      return database.query<{ userId: string; at: Date }>(ENDED, [queueId, since.toISOString()]);
    },

    async admit(queueIds) {
      // A transaction a queue, so that none is locked for longer than its own tick takes.
      const due = queueIds ?? (await database.query<{ queue_id: string }>(DUE)).map((row) => row.queue_id);
      const changes: Change[] = [];
      await finishDraws(await drawing(due));
      for (const queueId of due) {
        const text = 'SELECT * FROM jari_queue_admit($1, $2)';
        const rows = await database.query<PlaceRow>(text, [queueId, queueIds !== undefined]);
        changes.push(...rows.map(toChange));
      }
      return changes;
    },

    async stats(queueIds) {
      const rows = await database.query<StatsRow>('SELECT * FROM jari_queue_stats($1)', [[...queueIds]]);
      const byId = new Map(rows.map((row) => [row.queue_id, toStats(row)]));
      return queueIds.map((id) => byId.get(id) ?? null);
    },

    async configure(queueId, patch, seed) {
      if (seed !== undefined) await finishDraws(await drawing([queueId])); // one that is not over can't make way for another
      const text = 'SELECT * FROM jari_queue_configure($1, $2, $3, $4, $5, $6)';
      const rows = await database.query<ConfiguredRow>(text, [
        queueId,
        ...defaults,
        JSON.stringify(patch),
        seed ?? null,
      ]);
      const row = rows[0] as ConfiguredRow;
      if (row.draw_to !== null) {
        await finishDraws([queueId]);
        await database.query('SELECT FROM jari_queue_admit($1, true)', [queueId]);
      }
      return toSettings(row);
    },

    draws: (queueId) => drawsOf(database, [queueId]),
  };
}

const columns = (requests: readonly EnterRequest[]): [string[], string[]] => [
  requests.map((r) => r.userId),
  requests.map((r) => r.queueId),
];

const toPlace = (row: PlaceRow): Place => ({
  userId: row.user_id,
  queueId: row.queue_id,
  status: row.status,
  position: row.position,
  ticket: row.ticket,
  expiresAt: row.expires_at,
});

const toChange = (row: PlaceRow): Change => ({
  queueId: row.queue_id,
  userId: row.user_id,
  ticket: row.ticket,
  status: row.status as Change['status'],
  expiresAt: row.expires_at as Date,
});

const toSettings = (row: QueueRow): QueueSettings => ({
  queueId: row.queue_id,
  cap: row.cap,
  state: row.state,
  activeSeconds: row.active_seconds,
  noShowSeconds: row.no_show_seconds,
  releaseOnConfirm: row.release_on_confirm,
});

const toStats = (row: StatsRow): QueueStats => ({
  ...toSettings(row),
  active: row.active,
  waiting: row.waiting,
  servingTicket: row.serving_ticket,
  admittedLastMinute: row.admitted_last_minute,
});
