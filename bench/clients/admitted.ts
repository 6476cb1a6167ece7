// People who wait, each listening on a connection of their own, who note when they hear that it is their turn.
import { connect } from 'node:net';

type Order = { do: 'listen'; host: string; port: number; users: string[] } | { do: 'all-active' };

const admittedAt: number[] = [];
let everybody = 0;
let allActive: (() => void) | null = null;

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ error: error.message }),
  );
});

async function obey(order: Order): Promise<object> {
  if (order.do === 'listen') {
    everybody = order.users.length;
    await Promise.all(order.users.map((user, n) => listen(order.host, order.port, user, n)));
    return { listeners: everybody };
  }
  await new Promise<void>((resolve) => {
    allActive = resolve;
    tellWhenAll();
  });
  return { at: admittedAt };
}

function listen(host: string, port: number, user: string, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    socket.on('error', reject);
    socket.on('connect', () => {
      socket.write(`GET /api/v1/token/events?userId=${user} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      if (chunk.includes('event: ')) resolve();
      if (!chunk.includes('event: active') || admittedAt[index] !== undefined) return;
      admittedAt[index] = performance.timeOrigin + performance.now();
      tellWhenAll();
    });
  });
}

function tellWhenAll(): void {
  if (Object.keys(admittedAt).length === everybody) allActive?.();
}
