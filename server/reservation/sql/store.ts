import type { Database, Row } from '../../db/database.ts';
import type { Decided } from '../../lib/decide.ts';
import type { FailureCode } from '../../lib/failure.ts';
import type { IdempotencyKey } from '../../lib/outcome.ts';
import type { ReservationAnswer, ReservationStore, ReservationView, ReserveItem, SettleItem } from '../store.ts';

/** Settings that a decision needs. */
export interface ReservationRules {
  openingBalance: number;
  holdSeconds: number;
  /** Live reservations of a schedule that a user may have; 0 is no limit. */
  seatsPerUser: number;
}

/** A row of jari_reserve or jari_settle; the reservation's columns count only with code OK. */
interface DecisionRow extends Row {
  code: 'OK' | 'REPLAY' | FailureCode | null;
  reservation_id: string;
  status: ReservationView['status'];
  price: number;
  balance: number;
  held_until?: Date | null;
  confirmed_at: Date | null;
  changed: boolean;
  /** What was remembered, with REPLAY. */
  answer: ({ code: 'OK' } & ReservationView) | { code: FailureCode } | null;
  request_id: string | null;
}

interface SettledRow extends DecisionRow {
  user_id: string;
  concert_id: number;
  schedule_id: number;
  seat_id: number;
  queue_id: string;
}

/** Whose and what the reservation is that a row is about. */
type Subject = Pick<ReservationView, 'userId' | 'concertId' | 'concertScheduleId' | 'seatId'> & { queueId: string };

const RESERVE = 'SELECT * FROM jari_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)';
const SETTLE = 'SELECT * FROM jari_settle($1, $2, $3, $4, $5, $6, $7)';
const COLUMNS = `r.reservation_id AS "reservationId", r.user_id AS "userId", r.concert_id AS "concertId",
  r.schedule_id AS "concertScheduleId", r.seat_id AS "seatId", r.price, NULL::bigint AS balance,
  CASE WHEN r.status = 'HELD' AND r.held_until <= clock_timestamp() THEN 'EXPIRED' ELSE r.status END AS status,
  CASE WHEN r.status = 'HELD' AND r.held_until > clock_timestamp() THEN r.held_until END AS "heldUntil",
  r.confirmed_at AS "confirmedAt"`;
const FIND = `SELECT ${COLUMNS} FROM reservations r WHERE r.reservation_id = $1`;
const LIST = `SELECT ${COLUMNS} FROM reservations r WHERE r.user_id = $1
  ORDER BY r.created_at DESC, r.reservation_id LIMIT 500`;

/** Reservations in the database. Each command is the SQL function of the same name beside this file. */
export function sqlReservationStore(database: Database, rules: ReservationRules): ReservationStore {
  return {
    inTurn: database.kind === 'pglite',
    async reserve(items) {
      const params = [...columnsOf(items), rules.openingBalance, rules.holdSeconds, rules.seatsPerUser];
      const rows = await database.query<DecisionRow>(RESERVE, params);
      return rows.map((row, i) => {
        const { userId, concertId, scheduleId: concertScheduleId, seatId, queueId } = items[i] as ReserveItem;
        return toDecided(row, { userId, concertId, concertScheduleId, seatId, queueId });
      });
    },

    async settle(items) {
      const rows = await database.query<SettledRow>(SETTLE, [...settleColumnsOf(items), rules.openingBalance]);
      return rows.map((row) =>
        toDecided(row, {
          userId: row.user_id,
          concertId: row.concert_id,
          concertScheduleId: row.schedule_id,
          seatId: row.seat_id,
          queueId: row.queue_id,
        }),
      );
    },

    async expireHolds(most) {
      const [row] = await database.query<{ ended: number }>('SELECT jari_expire_holds($1) AS ended', [most]);
      return row?.ended ?? 0;
    },

    async find(reservationId) {
      const [row] = await database.query<Row>(FIND, [reservationId]);
      return row ? toView(row) : null;
    },

    async listOf(userId) {
      return (await database.query<Row>(LIST, [userId])).map(toView);
    },
  };
}

const columnsOf = (items: readonly ReserveItem[]) => [
  items.map((item) => item.userId),
  items.map((item) => item.concertId),
  items.map((item) => item.scheduleId),
  items.map((item) => item.seatId),
  items.map((item) => item.queueId),
  items.map((item) => item.reservationId),
  items.map((item) => item.pay),
  items.map((item) => item.admittedUntil?.toISOString() ?? null),
  ...keyColumnsOf(items),
];

const settleColumnsOf = (items: readonly SettleItem[]) => [
  items.map((item) => item.reservationId),
  items.map((item) => item.userId),
  items.map((item) => item.pay),
  ...keyColumnsOf(items),
];

const keyColumnsOf = (items: readonly { idempotency?: IdempotencyKey | undefined }[]) => [
  items.map((item) => item.idempotency?.key ?? null),
  items.map((item) => item.idempotency?.hash ?? null),
  items.map((item) => item.idempotency?.requestId ?? null),
];

function toDecided(row: DecisionRow, { queueId, ...subject }: Subject): Decided<ReservationAnswer> {
  const { code, changed, request_id: requestId } = row;
  if (code === 'REPLAY') {
    const { answer } = row;
    const replay = answer && 'reservationId' in answer ? toAnswer(answer, queueId, false) : answer;
    return { answer: replay, replayed: true, requestId };
  }
  if (code !== 'OK') return { answer: code && { code }, replayed: false, requestId: null };
  const answer = {
    reservationId: row.reservation_id,
    ...subject,
    status: row.status,
    price: row.price,
    balance: row.balance,
    heldUntil: row.held_until ?? null,
    confirmedAt: row.confirmed_at,
  };
  return { answer: toAnswer(answer, queueId, changed), replayed: false, requestId: null };
}

const toAnswer = (view: object, queueId: string, changed: boolean): ReservationAnswer => ({
  code: 'OK',
  reservation: toView(view),
  queueId,
  changed,
});

/** Times come as Date from a column and as text with an offset from jsonb; clients get ISO-8601 UTC from both. */
function toView(row: object): ReservationView {
  const { reservationId, userId, concertId, concertScheduleId, seatId, status, price, balance, ...times } =
    row as ReservationView;
  return {
    reservationId,
    userId,
    concertId,
    concertScheduleId,
    seatId,
    status,
    price,
    balance,
    heldUntil: iso(times.heldUntil),
    confirmedAt: iso(times.confirmedAt),
  };
}

const iso = (time: string | Date | null): string | null => time && new Date(time).toISOString();
