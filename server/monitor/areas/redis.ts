import { type Item, measured, silent, told } from '../checklist.ts';
import type { LineFigures, RedisFigures, Sample } from '../sample.ts';

const ANSWER_MILLISECONDS = { warn: 50, down: 500 };

/** @param minute samples of the last minute, oldest first */
export function redisItems(minute: readonly Sample[]): Item[] | null {
  const latest = minute.at(-1);
  if (!latest || latest.redis === undefined) return null;
  if (latest.redis === null) return [silent()];
  const now = latest.redis;
  const sum = (name: 'refusedConnections' | 'evictedKeys' | 'errorReplies') =>
    minute.reduce((total, { redis }) => total + (redis?.[name] ?? 0), 0);
  return [
    measured('answers within', now.answeredMilliseconds, ANSWER_MILLISECONDS, 'ms'),
    measured('connections', now.connections, { warn: now.maxConnections * 0.8, down: now.maxConnections * 0.95 }),
    measured('connections refused in the last minute', sum('refusedConnections'), { warn: 0, down: 100 }),
    memoryItem(now),
    measured('keys evicted in the last minute', sum('evictedKeys'), { warn: 0, down: 0 }),
    measured('commands refused in the last minute', sum('errorReplies'), { warn: 60, down: 6_000 }),
    measured('clients that wait', now.blockedClients, { warn: 100 }),
    { name: 'append-only file written', status: now.persistent ? 'OK' : 'DOWN', value: now.persistent, limit: true },
    told('processor', now.cpu * 100, '% of a core'),
    told('commands', now.commandsPerSecond, '/s'),
    told('commands used most', now.commands.map(({ name, calls }) => `${name} ${calls}`).join(', ') || 'none'),
    ...slotItems(latest.line),
  ];
}

/** Slots end by their own time: what is still counted long after it means that nobody ends them. */
function slotItems(line: LineFigures | null): Item[] {
  if (!line) return [{ name: 'slots past their end', status: 'DOWN', value: null, limit: 0 }];
  return [
    told('longest slot', line.activeSeconds, 's'),
    ...(line.overdueSlots === null ? [] : [measured('slots past their end', line.overdueSlots, { warn: 0, down: 50 })]),
  ];
}

function memoryItem({ usedMemoryMegabytes: used, maxMemoryMegabytes: most }: RedisFigures): Item {
  if (most === 0) return told('memory (no limit set)', used, 'MB');
  return measured('memory', used, { warn: most * 0.8, down: most * 0.95 }, 'MB');
}
