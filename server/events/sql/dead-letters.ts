import type { Database, Row } from '../../db/database.ts';
import type { DeadLetter, DeadLetterStore } from '../dead-letters.ts';

const COLUMNS = `id, consumer, event_id AS "eventId", topic, key, type, payload, error, attempts,
  failed_at AS "failedAt", replayed_at AS "replayedAt"`;

const LIST = `SELECT ${COLUMNS} FROM dead_letters ORDER BY replayed_at IS NULL DESC, id DESC LIMIT $1`;
const WAITING = `SELECT ${COLUMNS} FROM dead_letters
  WHERE replayed_at IS NULL
    AND ($1::jsonb IS NULL OR id IN (SELECT value::bigint FROM jsonb_array_elements_text($1::jsonb)))
  ORDER BY id LIMIT $2`;
const REPLAY = `SELECT ${COLUMNS} FROM dead_letters_replay($1::jsonb, $2)`;

type LetterRow = DeadLetter & Row;

export class SqlDeadLetterStore implements DeadLetterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(most: number): Promise<DeadLetter[]> {
    return this.#database.query<LetterRow>(LIST, [most]);
  }

  waiting(ids: readonly number[] | null, most: number): Promise<DeadLetter[]> {
    return this.#database.query<LetterRow>(WAITING, [ids && JSON.stringify(ids), most]);
  }

  replay(ids: readonly number[] | null, most: number): Promise<DeadLetter[]> {
    return this.#database.query<LetterRow>(REPLAY, [ids && JSON.stringify(ids), most]);
  }
}
