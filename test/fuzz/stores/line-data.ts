// The data of a queue in Redis as it lies there (see _queue.lua), and what must be so of it whatever is asked.
import type { RawRedis } from '../../queue/redis-line.ts';

type Scores = Record<string, number>;

export interface LineData {
  queue: Record<string, string>;
  waiting: Scores;
  inside: Scores;
  unseen: Scores;
  ended: Scores;
  slots: Record<string, string>;
  admissions: Record<string, string>;
  ahead: Scores;
  restored: Scores;
  /** How many are to be moved to the public record. */
  admitted: Scores;
}

const NAMES = [
  'queue',
  'waiting',
  'inside',
  'unseen',
  'ended',
  'slots',
  'admissions',
  'ahead',
  'restored',
  'admitted',
] as const;
const HASHES: readonly string[] = ['queue', 'slots', 'admissions'];
const STATES = ['OPEN', 'PAUSED', 'PRE_QUEUE'];
const WHOLE = /^-?\d{1,16}$/;
const SLOT = /^\d+:\d+$/;

// In one call, and always as text: what commands answer of themselves depends on the protocol.
const READ = `
local all = {}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  all[i] = kind == 'hash' and redis.call('HGETALL', key) or kind == 'zset' and redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    or kind == 'stream' and { 'entries', redis.call('XLEN', key) } or {}
end
return all`;

export async function stateOf(redis: RawRedis, keys: readonly string[]): Promise<LineData> {
  const read = (await redis.send(keys[0] as string, ['EVAL', READ, String(keys.length), ...keys])) as string[][];
  const parts = NAMES.map((name, i) => {
    // Without a prototype: somebody may be called __proto__.
    const all: Record<string, unknown> = Object.create(null);
    const flat = read[i] ?? [];
    for (let n = 0; n < flat.length; n += 2) {
      all[flat[n] as string] = HASHES.includes(name) ? flat[n + 1] : Number(flat[n + 1]);
    }
    return [name, all];
  });
  return Object.fromEntries(parts) as LineData;
}

/** Everything that is wrong; `before` is what it was one command ago. */
export function flaws(data: LineData, before: LineData): string[] {
  const { queue, waiting, inside, unseen, ended, slots, ahead } = data;
  const found: string[] = [];
  const check = (holds: boolean, what: string) => {
    if (!holds) found.push(what);
  };
  const users = (scores: object) => Object.keys(scores);
  for (const [field, value] of Object.entries(queue)) {
    const fits = field === 'state' ? STATES.includes(value) : WHOLE.test(value);
    check(fits, `${field} is ${value}`);
  }
  check(users(queue).length === users(before.queue).length, `the queue has ${users(queue)}`);
  for (const field of ['cap', 'lastTicket', 'serving']) check(Number(queue[field]) >= 0, `${field} is ${queue[field]}`);
  for (const field of ['activeMs', 'noShowMs']) check(Number(queue[field]) > 0, `${field} is ${queue[field]}`);

  const placed = [...users(waiting), ...users(inside), ...users(ended)];
  check(new Set(placed).size === placed.length, `somebody has two places: ${placed}`);
  const [withSlot, haveSlot] = [users(slots).sort(), [...users(inside), ...users(ended)].sort()];
  check(withSlot.join() === haveSlot.join(), `slots of ${withSlot}, inside or over ${haveSlot}`);
  for (const [user, slot] of Object.entries(slots)) check(SLOT.test(slot), `the slot of ${user} is ${slot}`);
  for (const user of users(unseen)) check(user in inside, `${user} is unseen and not inside`);
  for (const [user, ticket] of Object.entries(ahead))
    check(waiting[user] === ticket, `${user} is ahead and does not wait`);
  const tickets = Object.values(waiting);
  check(new Set(tickets).size === tickets.length, `two wait with one ticket: ${tickets}`);
  check(Math.max(0, ...tickets) <= Number(queue.lastTicket), `a ticket is above ${queue.lastTicket}`);

  // A cap that was lowered drains; a new life knows those who were noted.
  const admitted = users(inside).filter((user) => !(user in before.inside));
  const sameLife = queue.epoch === before.queue.epoch;
  if (sameLife)
    check(
      admitted.length === 0 || users(inside).length <= Number(queue.cap),
      `${users(inside).length} inside of ${queue.cap}`,
    );
  check(Number(queue.lastTicket) >= Number(before.queue.lastTicket), 'tickets are given out again');
  return found;
}
