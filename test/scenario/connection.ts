import { connect, type Socket } from 'node:net';

/** A connection whose bytes are sent when the test says so. */
export interface Connection {
  send(text: string): void;
  /** What has come so far. */
  received(): string;
  /** Resolves once that much has come, or what has come has this in it. */
  until(awaited: string | RegExp): Promise<string>;
  /** Resolves with everything, once the other side has closed it. */
  closed: Promise<string>;
  socket: Socket;
}

const MOST_MILLISECONDS = 30_000;

export async function openConnection(url: string): Promise<Connection> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  return {
    send: (bytes) => void socket.write(bytes),
    received: () => text,
    async until(awaited) {
      for (const deadline = Date.now() + MOST_MILLISECONDS; ; ) {
        if (typeof awaited === 'string' ? text.includes(awaited) : awaited.test(text)) return text;
        if (Date.now() > deadline) throw new Error(`${awaited} did not come, only ${JSON.stringify(text)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    closed,
    socket,
  };
}
