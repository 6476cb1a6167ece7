// Many listeners of one line, each on a connection of its own, as lean as can be: raw sockets that read until an event.
import { connect, type Socket } from 'node:net';

type Order =
  | { do: 'listen'; host: string; port: number; users: string[] }
  /** From now on it counts who gets an event. */
  | { do: 'watch' }
  /** Resolves when every listener has got one since then. */
  | { do: 'all-told' }
  | { do: 'close' };

let sockets: Socket[] = [];
let told: Set<number> | null = null;
let allToldAt: number | null = null;
let allTold: (() => void) | null = null;

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ error: error.message }),
  );
});

async function obey(order: Order): Promise<object> {
  if (order.do === 'listen') {
    for (let i = 0; i < order.users.length; i += 200) {
      await Promise.all(order.users.slice(i, i + 200).map((user, n) => listen(order, user, i + n)));
    }
    return { listeners: sockets.length };
  }
  if (order.do === 'close') {
    for (const socket of sockets) socket.destroy();
    sockets = [];
    return {};
  }
  if (order.do === 'watch') {
    told = new Set();
    return {};
  }
  if (allToldAt === null) {
    await new Promise<void>((resolve) => {
      allTold = resolve;
    });
  }
  return { at: allToldAt as unknown as number };
}

function listen({ host, port }: { host: string; port: number }, user: string, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    sockets.push(socket);
    socket.on('error', reject);
    socket.on('connect', () => {
      socket.write(`GET /api/v1/token/events?userId=${user} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
    let opened = false;
    socket.on('data', (chunk) => {
      if (!chunk.includes('event: ')) return;
      if (!opened) {
        opened = true;
        resolve();
      }
      told?.add(index);
      if (told?.size !== sockets.length) return;
      allToldAt ??= Date.now();
      allTold?.();
    });
  });
}
