// Many listeners of one line, each on a connection of its own, as lean as can be: raw sockets that read until an event.
import { connect } from 'node:net';
import { obey } from './obey.ts';

type Order =
  | { do: 'listen'; host: string; port: number; users: string[] }
  /** From now on it notes when each listener first hears of such an event; without a name, of any. */
  | { do: 'watch'; event?: 'position' | 'active' }
  /** Resolves when every listener has: the times, in milliseconds since 1970. */
  | { do: 'all-told' };

const AT_A_TIME = 200;

let listeners = 0;
/** What an event of those that are watched for begins with. */
let wanted: string | null = null;
const toldAt: number[] = [];
let told = 0;
const allTold = Promise.withResolvers<void>();

obey(async (order: Order) => {
  if (order.do === 'listen') {
    const { host, port, users } = order;
    for (let i = 0; i < users.length; i += AT_A_TIME) {
      await Promise.all(users.slice(i, i + AT_A_TIME).map((user, n) => listen(host, port, user, i + n)));
    }
    listeners = users.length;
  } else if (order.do === 'watch') wanted = `event: ${order.event ?? ''}`;
  else {
    await allTold.promise;
    return { at: toldAt };
  }
  return {};
});

/** Settles with the first event. */
function listen(host: string, port: number, user: string, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    socket.on('error', reject);
    socket.on('connect', () => {
      socket.write(`GET /api/v1/token/events?userId=${user} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      if (chunk.includes('event: ')) resolve();
      if (wanted === null || toldAt[index] !== undefined || !chunk.includes(wanted)) return;
      toldAt[index] = performance.timeOrigin + performance.now();
      if (++told === listeners) allTold.resolve();
    });
  });
}
