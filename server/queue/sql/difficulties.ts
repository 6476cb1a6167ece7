import type { Database } from '../../db/database.ts';
import type { DifficultyStore } from '../challenge/store.ts';

const ALL = 'SELECT queue_id, bits FROM queue_challenges';
const SET = `
  INSERT INTO queue_challenges (queue_id, bits) VALUES ($1, $2)
  ON CONFLICT (queue_id) DO UPDATE SET bits = excluded.bits, since = clock_timestamp()`;
const CLEAR = 'DELETE FROM queue_challenges WHERE queue_id = $1';

/** In the database wherever the line lives, so that a lost Redis opens no door. */
export function sqlDifficultyStore(database: Database): DifficultyStore {
  return {
    async all() {
      const rows = await database.query<{ queue_id: string; bits: number }>(ALL);
      return new Map(rows.map(({ queue_id, bits }) => [queue_id, bits]));
    },
    async set(queueId, bits) {
      if (bits === null) await database.query(CLEAR, [queueId]);
      else await database.query(SET, [queueId, bits]);
    },
  };
}
