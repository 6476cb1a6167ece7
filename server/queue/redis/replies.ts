import type { Change, EnterRequest, Place, QueueSettings, QueueStats } from '../store.ts';

const STATUS = { W: 'WAITING', A: 'ACTIVE', E: 'EXPIRED' } as const;
const VALUES_A_PLACE = 4;

/** Four values a place: see place_of in _queue.lua. */
export function toPlaces(reply: unknown[], asked: readonly EnterRequest[]): (Place | null)[] {
  return asked.map(({ userId, queueId }, i) => {
    const at = i * VALUES_A_PLACE;
    const code = reply[at] as keyof typeof STATUS | 'N';
    if (code === 'N') return null;
    const [position, ticket, ends] = [reply[at + 1] as number, reply[at + 2] as number, reply[at + 3] as number];
    return { userId, queueId, status: STATUS[code], position, ticket, expiresAt: code === 'W' ? null : new Date(ends) };
  });
}

export function toChange(queueId: string, change: unknown[]): Change {
  const [code, userId, ticket, ends] = change as ['A' | 'E', string, number, number];
  return { queueId, userId, ticket, status: STATUS[code], expiresAt: new Date(ends) };
}

export function toSettings(queueId: string, reply: unknown[]): QueueSettings {
  const [cap, state, activeMs, noShowMs, release] = reply as [number, QueueSettings['state'], number, number, number];
  return {
    queueId,
    cap,
    state,
    activeSeconds: activeMs / 1_000,
    noShowSeconds: noShowMs / 1_000,
    releaseOnConfirm: release === 1,
  };
}

/** Tickets of a draw that is not over, out of the answer of configure.lua. The last is null until it is revealed. */
export function toDrawing(reply: unknown[]): { firstTicket: number; lastTicket: number | null } | null {
  const [firstTicket, lastTicket, unfinished] = reply.slice(5) as [number, number, number];
  return unfinished === 1 ? { firstTicket, lastTicket: lastTicket < 0 ? null : lastTicket } : null;
}

export function toStats(queueId: string, reply: unknown[]): QueueStats {
  const [active, waiting, servingTicket, admittedLastMinute] = reply.slice(5) as [number, number, number, number];
  return { ...toSettings(queueId, reply), active, waiting, servingTicket, admittedLastMinute };
}

/** Which requests are about which queue. */
export function byQueue(requests: readonly EnterRequest[]): { queueId: string; indexes: number[] }[] {
  const queues = new Map<string, number[]>();
  for (const [i, { queueId }] of requests.entries()) {
    const indexes = queues.get(queueId);
    if (indexes) indexes.push(i);
    else queues.set(queueId, [i]);
  }
  return [...queues].map(([queueId, indexes]) => ({ queueId, indexes }));
}
