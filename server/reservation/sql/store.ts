import type { Database, Row } from '../../db/database.ts';
import type { IdempotencyKey } from '../../lib/outcome.ts';
import type { Decision, ReservationAnswer, ReservationStore, ReservationView } from '../store.ts';

/** Settings that a decision needs. */
export interface ReservationRules {
  openingBalance: number;
  holdSeconds: number;
  /** Live reservations of a schedule that a user may have; 0 is no limit. */
  seatsPerUser: number;
}

interface DecisionRow extends Row {
  answer: Decision<ReservationAnswer>['answer'];
  replayed: boolean;
  request_id: string | null;
}

const COLUMNS = `r.reservation_id AS "reservationId", r.user_id AS "userId", r.concert_id AS "concertId",
  r.schedule_id AS "concertScheduleId", r.seat_id AS "seatId", r.price, NULL::bigint AS balance,
  CASE WHEN r.status = 'HELD' AND r.held_until <= clock_timestamp() THEN 'EXPIRED' ELSE r.status END AS status,
  CASE WHEN r.status = 'HELD' AND r.held_until > clock_timestamp() THEN r.held_until END AS "heldUntil",
  r.confirmed_at AS "confirmedAt"`;
const FIND = `SELECT ${COLUMNS} FROM reservations r WHERE r.reservation_id = $1`;
const LIST = `SELECT ${COLUMNS} FROM reservations r WHERE r.user_id = $1 ORDER BY r.created_at DESC LIMIT 500`;

/** Reservations in the database. Each command is the SQL function of the same name beside this file. */
export function sqlReservationStore(database: Database, rules: ReservationRules): ReservationStore {
  return {
    async reserve(items) {
      const rows = await database.query<DecisionRow>('SELECT * FROM jari_reserve($1, $2, $3, $4)', [
        JSON.stringify(items.map(flattened)),
        rules.openingBalance,
        rules.holdSeconds,
        rules.seatsPerUser,
      ]);
      return rows.map(toDecision);
    },

    async settle(items) {
      const text = 'SELECT * FROM jari_settle($1)';
      return (await database.query<DecisionRow>(text, [JSON.stringify(items.map(flattened))])).map(toDecision);
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

const flattened = <T extends { idempotency?: IdempotencyKey | undefined }>({ idempotency, ...item }: T) => ({
  ...item,
  ...idempotency,
});

function toDecision(row: DecisionRow): Decision<ReservationAnswer> {
  const { answer, replayed, request_id: requestId } = row;
  return { answer: answer?.code === 'OK' ? { ...toView(answer), code: 'OK' } : answer, replayed, requestId };
}

/** Times come as Date from a column and as text with an offset from jsonb; clients get ISO-8601 UTC from both. */
function toView(row: object): ReservationView {
  const view = row as ReservationView;
  return { ...view, heldUntil: iso(view.heldUntil), confirmedAt: iso(view.confirmedAt) };
}

const iso = (time: string | Date | null): string | null => time && new Date(time).toISOString();
