import type { Database, Row } from '../../db/database.ts';
import type { IdempotencyKey } from '../../lib/outcome.ts';
import type { IdempotencyStore, Remembered } from '../store.ts';

interface KeyRow extends Row {
  hash: string;
  answer: unknown;
}

const FIND = 'SELECT hash, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2';
const KEEP = `INSERT INTO idempotency_keys (user_id, key, hash, request_id, answer) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT DO NOTHING RETURNING hash`;
const SWEEP = `WITH old AS (
    SELECT user_id, key FROM idempotency_keys WHERE created_at < (SELECT clock_timestamp() - interval '1 day')
    ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM idempotency_keys k USING old WHERE k.user_id = old.user_id AND k.key = old.key RETURNING 1
  ) SELECT count(*) AS count FROM gone`;

export function sqlIdempotencyStore(database: Database): IdempotencyStore {
  async function recall(userId: string, key: IdempotencyKey): Promise<Remembered | null> {
    const [row] = await database.query<KeyRow>(FIND, [userId, key.key]);
    if (!row) return null;
    return row.hash === key.hash ? { answer: row.answer, replayed: true } : 'REUSED';
  }
  return {
    recall,
    async remember(userId, key, answer) {
      const params = [userId, key.key, key.hash, key.requestId, JSON.stringify(answer)];
      const kept = await database.query(KEEP, params);
      if (kept.length > 0) return { answer, replayed: false };
      return (await recall(userId, key)) ?? { answer, replayed: false };
    },
    async sweep(most) {
      const [row] = await database.query<{ count: number }>(SWEEP, [most]);
      return row?.count ?? 0;
    },
  };
}
