import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number;
  headers: Record<string, string>;
  text: string;
}

const MOST_MILLISECONDS = 20_000;

/**
 * Sends bytes as they are and reads one answer, or the end of the connection.
 * Rejects when neither comes: that would be a connection that hangs.
 */
export function sendRaw(url: string, bytes: string | Buffer, { thenEnd = false } = {}): Promise<RawAnswer> {
  const { port, hostname } = new URL(url);
  const head = String(bytes.slice(0, 5)) === 'HEAD ';
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    const done = (answer: RawAnswer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`neither an answer nor an end: ${JSON.stringify(String(Buffer.concat(chunks)))}`));
    }, MOST_MILLISECONDS);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const answer = parsed(Buffer.concat(chunks), head);
      if (answer) done(answer);
    });
    socket.on('error', () => {}); // closed by the server while we still send: an end like any other
    socket.on('end', () => done({ status: 0, headers: {}, text: '' }));
    socket.on('close', () => done({ status: 0, headers: {}, text: '' }));
    if (thenEnd) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** The first answer in what has come, when it is all there. Interim answers (1xx) are passed over. */
function parsed(bytes: Buffer, head: boolean): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  if (status < 200) return parsed(bytes.subarray(end + 4), head);
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')]),
  );
  const body = bytes.subarray(end + 4);
  const length = head ? 0 : Number(headers['content-length'] ?? (headers['transfer-encoding'] ? Number.NaN : 0));
  if (Number.isNaN(length)) throw new Error(`an answer of unknown length: ${first}`);
  return body.length < length ? null : { status, headers, text: body.subarray(0, length).toString() };
}
