// The real SQL beside the stores in memory: every call goes to both, at the same moment of the same clock, and both must
// answer the same.
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../server/db/database.ts';
import { migrate } from '../../server/db/migrate.ts';
import type { Decided } from '../../server/lib/decide.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import type { Change, Place, QueueStore } from '../../server/queue/store.ts';
import { sqlReservationStore } from '../../server/reservation/sql/store.ts';
import type { ReservationAnswer, ReservationStore } from '../../server/reservation/store.ts';
import { Violation } from './journal.ts';
import type { LineInMemory } from './line.ts';
import { openInThisThread } from './pglite.ts';
import { OPENING, PLACES, PRICE, type SaleInMemory, SEATS, STANDING } from './sale.ts';

/** A database for one sale. */
export async function openSql(): Promise<Database> {
  const database = await openInThisThread();
  await migrate(database);
  await database.query(
    `WITH concert AS (INSERT INTO concerts VALUES (1, '콘서트', 'Concert', 'Artist', 'Hall')),
      schedule AS (INSERT INTO schedules VALUES (1, 1, '2031-01-01')),
      numbered AS (INSERT INTO seats SELECT 1, n, 'A' || n, 'A', 'SEAT', ${PRICE}, 1 FROM generate_series(1, ${SEATS}) n),
      section AS (INSERT INTO seats VALUES (1, ${STANDING}, 'Floor', 'Floor', 'STANDING', ${PRICE}, ${PLACES}))
    INSERT INTO standing_stock (schedule_id, seat_id, capacity) VALUES (1, ${STANDING}, ${PLACES})`,
  );
  return database;
}

export class Beside {
  readonly #database: Database;
  readonly #differ: (violation: Violation) => void;
  #turn: Promise<unknown> = Promise.resolve();
  #underWay = 0;

  /** @param differ told when the two don't answer the same */
  constructor(database: Database, differ: (violation: Violation) => void) {
    this.#database = database;
    this.#differ = differ;
  }

  /** Whether a call is under way, for which the clock has to stand still. */
  get busy(): boolean {
    return this.#underWay > 0;
  }

  line(memory: LineInMemory): QueueStore {
    const { cap, activeSeconds, noShowSeconds } = memory.settings;
    const sql = sqlQueueStore(this.#database, { cap, activeSeconds, noShowSeconds });
    const both = this.#both;
    void both(
      'configure',
      () => sql.configure('main', memory.settings),
      () => memory.configure('main', {}),
      () => 0,
    );
    return {
      enter: (requests, admits) =>
        both(
          'enter',
          () => sql.enter(requests, admits),
          () => memory.enter(requests, admits),
          placesOf,
        ),
      status: (requests, seen) =>
        both(
          'status',
          () => sql.status(requests, seen),
          () => memory.status(requests, seen),
          placesOf,
        ),
      leave: (requests) =>
        both(
          'leave',
          () => sql.leave(requests),
          () => memory.leave(requests),
          asTheyAre,
        ),
      admit: () =>
        both(
          'admit',
          () => sql.admit(['main']),
          () => memory.admit(),
          changesOf,
        ),
      configure: (queueId, patch) =>
        both(
          'configure',
          () => sql.configure(queueId, patch),
          () => memory.configure(queueId, patch),
          asTheyAre,
        ),
      // Estimates are each adapter's own.
      stats: (queueIds) => memory.stats(queueIds),
      prioritise: memory.prioritise,
      ended: memory.ended,
      draws: memory.draws,
    };
  }

  sale(memory: SaleInMemory, holdSeconds: number): ReservationStore {
    const sql = sqlReservationStore(this.#database, { openingBalance: OPENING, holdSeconds, seatsPerUser: 0 });
    const both = this.#both;
    return {
      reserve: (items) =>
        both(
          'reserve',
          () => sql.reserve(items),
          () => memory.reserve(items),
          decidedOf,
        ),
      settle: (items) =>
        both(
          'settle',
          () => sql.settle(items),
          () => memory.settle(items),
          decidedOf,
        ),
      expireHolds: (most) =>
        both(
          'expireHolds',
          () => sql.expireHolds(most),
          () => memory.expireHolds(most),
          asTheyAre,
        ),
      find: (id) => memory.find(id),
      listOf: (userId) => memory.listOf(userId),
    };
  }

  #both = async <T>(what: string, sql: () => Promise<T>, memory: () => Promise<T>, seen: (answer: T) => unknown) => {
    this.#underWay++;
    const mine = this.#turn.then(async () => {
      const answers = [await sql(), await memory()] as const;
      const [theirs, ours] = answers.map(seen);
      if (!isDeepStrictEqual(theirs, ours))
        this.#differ(
          new Violation(`${what}: the SQL answers ${JSON.stringify(theirs)}, the model ${JSON.stringify(ours)}`),
        );
      return answers[1];
    });
    this.#turn = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#underWay--;
    }
  };
}

const asTheyAre = (answer: unknown): unknown => answer;

const placesOf = (places: readonly (Place | null)[]) =>
  places.map(
    (place) => place && [place.userId, place.status, place.position, place.ticket, place.expiresAt?.getTime()],
  );

/** In no order. */
const changesOf = (changes: readonly Change[]) =>
  changes
    .map(({ userId, ticket, status, expiresAt }) => [ticket, userId, status, expiresAt.getTime()].join(' '))
    .sort();

const decidedOf = (rows: readonly Decided<ReservationAnswer>[]) =>
  rows.map(({ answer, replayed }) => {
    if (answer?.code !== 'OK') return answer?.code;
    const { reservation, changed } = answer as ReservationAnswer;
    const { reservationId, status, balance, heldUntil } = reservation;
    return [reservationId, status, balance, heldUntil, changed, replayed];
  });
