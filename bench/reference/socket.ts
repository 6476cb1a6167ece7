// The least that an answer takes: a socket that reads no HTTP and answers always the same, as long as a refusal.
import { createServer } from 'node:net';

const BODY = `{"detail":"${'x'.repeat(300)}"}`;
const ANSWER = `HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(ANSWER, 'latin1'));
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  console.log(`http://127.0.0.1:${port}`);
});
