import type { Database, Row } from '../../db/database.ts';
import type { QueueSignals } from '../signals.ts';

const MILLISECONDS_BETWEEN_LOOKS = 100;
const MOVES = 'SELECT queue_id, moves FROM queues WHERE queue_id = ANY ($1)';

interface MovesRow extends Row {
  queue_id: string;
  moves: number;
}

interface Watched {
  /** The counter when it was last looked at; null before the first time. */
  moves: number | null;
  listeners: Set<() => void>;
}

/**
 * Signals from the counter that every move of a queue raises in its own transaction. One small query every 100 ms, and
 * none while nobody listens. See docs/decisions/0012-line-in-sql.md for why this is no LISTEN/NOTIFY.
 */
export function sqlQueueSignals(database: Database): QueueSignals {
  const watched = new Map<string, Watched>();
  let looking = false;

  async function look(): Promise<void> {
    try {
      for (const { queue_id, moves } of await database.query<MovesRow>(MOVES, [[...watched.keys()]])) {
        const queue = watched.get(queue_id);
        if (!queue || queue.moves === moves) continue;
        queue.moves = moves;
        for (const moved of queue.listeners) moved();
      }
    } catch {
      // The counter keeps what is missed meanwhile.
    }
    looking = false;
    lookLater();
  }

  function lookLater(): void {
    if (looking || watched.size === 0) return;
    looking = true;
    setTimeout(() => void look(), MILLISECONDS_BETWEEN_LOOKS).unref();
  }

  return {
    subscribe(queueId, moved) {
      const queue = watched.get(queueId) ?? { moves: null, listeners: new Set() };
      watched.set(queueId, queue);
      queue.listeners.add(moved);
      lookLater();
      return () => {
        queue.listeners.delete(moved);
        if (queue.listeners.size === 0 && watched.get(queueId) === queue) watched.delete(queueId);
      };
    },
  };
}
