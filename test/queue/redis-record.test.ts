import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Admission } from '../../server/queue/receipts/record.ts';
import { keysOf } from '../../server/queue/redis/keys.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { Actors, range, users } from './actors.ts';
import { checked, entriesOf, inShort } from './recorded.ts';
import { openRedisLine, type RedisLine } from './redis-line.ts';

const { missing } = await sharedServer('redis');

// What was admitted in Redis is moved to the record in the database: once, whatever happens on the way.
describe.skipIf(missing)('the record of a line in Redis', () => {
  let servers: Awaited<ReturnType<typeof ownServers>>;
  let line: RedisLine;
  let queue: Actors;

  beforeAll(async () => {
    servers = await ownServers(['redis']);
    line = await openRedisLine(servers.urls.REDIS_URL as string);
  });
  afterAll(async () => {
    await line?.dispose();
    await servers?.stop();
  });
  beforeEach(() => {
    queue = new Actors(line);
  });

  const flush = () => line.raw.send('', ['FLUSHALL']);
  const stream = () => keysOf(queue.queueId)[9] as string;
  const entries = async () => {
    await line.record.append();
    return entriesOf(line.record, queue.queueId);
  };

  it('has everybody once after whoever appended died before Redis was told', async () => {
    await queue.enter(...users(8));
    const noted = (await line.raw.send(stream(), ['XRANGE', stream(), '-', '+'])) as [string, [string, string]][];
    const admitted = noted.flatMap(([, [, words]]) =>
      words.split(' ').map((word): Admission => {
        const [ticket, , at] = word.split(':');
        return { ticket: Number(ticket), kind: 'IN_TURN', admittedAt: new Date(Number(at)) };
      }),
    );
    expect(admitted).toHaveLength(3);
    await line.ledger.recordAdmissions(queue.queueId, admitted);
    await queue.leave('user-1', 'user-2');
    expect(inShort(await entries())).toEqual(range(1, 5));
    expect(await line.raw.send(stream(), ['XLEN', stream()])).toBe(0);
  });

  it('says that data was lost, and takes over who was inside without being in it', async () => {
    await queue.enter(...users(7));
    await entries();
    await queue.leave('user-1');
    const tickets = await queue.places(...users(7, 2));
    await line.ledger.note(queue.queueId, await outline());
    await flush();
    // Somebody whose ticket is a later one is back first.
    await line.store.status([{ userId: 'user-7', queueId: queue.queueId, ticket: 7 }], true);
    await queue.age(1_001);
    await queue.tick();
    expect(tickets[2]).toMatchObject({ status: 'ACTIVE', ticket: 4 });
    await line.store.status([{ userId: 'user-5', queueId: queue.queueId, ticket: 5 }], true);
    await queue.tick();
    expect(inShort(await entries())).toEqual([1, 2, 3, '0 DATA_LOST', '4 RETURNED', '7 RETURNED', '5 RETURNED']);
    const { later, lostAt } = await checked(line.record, queue.queueId, 5);
    expect(later).toEqual({ prioritised: 0, afterLoss: 1, perhapsLeft: 0, unexplained: 0 });
    expect(lostAt).toHaveLength(1);
  });

  /** What the ledger would have noted by itself within a second. */
  async function outline() {
    const inside = await line.raw.send('', ['HGETALL', keysOf(queue.queueId)[5] as string]);
    const slots = Object.entries(toObject(inside as string[]));
    return {
      epoch: 1,
      lastTicket: 7,
      servingTicket: 4,
      inside: slots.map(([user, slot]): [string, string, string] => {
        const [, start] = slot.split(':');
        return [user, slot, String(Number(start) + 1_000_000)];
      }),
    };
  }
  const toObject = (flat: string[] | Record<string, string>): Record<string, string> =>
    Array.isArray(flat)
      ? Object.fromEntries(flat.flatMap((key, i) => (i % 2 === 0 ? [[key, flat[i + 1] as string]] : [])))
      : flat;
});
