// Sends bytes as they are and reads whatever comes, as far as HTTP goes.
import { connect } from 'node:net';
import type { Answer } from './oracle.ts';
import type { WireCase } from './wire.ts';

/** So long what is written may be answered before the client says that it has no more. */
const ANSWER_WITHIN_MILLISECONDS = 150;
/** Far above what the service gives a request that does not come. */
const END_WITHIN_MILLISECONDS = 40_000;

/** What is wrong with what came back. */
export async function wrongOnWire(url: string, { bytes, answers, most, aborts }: WireCase): Promise<string[]> {
  const { received, hangs } = await exchange(url, bytes, answers ?? 1, aborts === true);
  const { complete, rest } = answersIn(received);
  const wrong = complete.flatMap(wrongWithRaw);
  if (hangs) wrong.push('neither an answer nor an end');
  if (rest !== '') wrong.push(`half an answer: ${rest}`);
  if (answers !== undefined && complete.filter(({ status }) => status === 200).length !== answers)
    wrong.push(`${complete.length} answers to ${answers} requests`);
  if (most !== undefined && complete.length > most)
    wrong.push(`${complete.length} answers to at most ${most} requests`);
  return wrong;
}

function exchange(
  url: string,
  bytes: Buffer,
  answers: number,
  aborts: boolean,
): Promise<{ received: string; hangs: boolean }> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    let received = '';
    let finishing: NodeJS.Timeout | undefined;
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const late = setTimeout(() => done(true), END_WITHIN_MILLISECONDS);
    const done = (hangs = false) => {
      clearTimeout(late);
      clearTimeout(finishing);
      socket.destroy();
      resolve({ received, hangs });
    };
    const finish = () => {
      clearTimeout(finishing);
      socket.end();
    };
    socket.on('error', () => {}); // closed by the server while we still send: an end like any other
    socket.on('close', () => done());
    socket.on('end', () => done());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (answersIn(received).complete.length >= answers) finish();
    });
    socket.write(bytes, () => {
      if (aborts) socket.resetAndDestroy();
      else finishing = setTimeout(finish, ANSWER_WITHIN_MILLISECONDS);
    });
  });
}

/** The answers in what has come, interim ones (1xx) passed over, and what is left of one that was not finished. */
function answersIn(text: string): { complete: Answer[]; rest: string } {
  const complete: Answer[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return { complete, rest };
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    const length = status < 200 || status === 204 || status === 304 ? 0 : Number(headers['content-length']);
    // The answer to HEAD has a length and no body; a stream has no length. Neither is followed by another here.
    const body = Number.isNaN(length) ? rest.slice(end + 4) : rest.slice(end + 4, end + 4 + length);
    if (body.length < length) return { complete, rest };
    if (!(status < 200)) complete.push({ status, headers, text: body });
    rest = rest.slice(end + 4 + body.length);
  }
}

function wrongWithRaw({ status, headers, text }: Answer): string[] {
  if (!(status >= 200)) return ['this is no HTTP answer'];
  if (status < 400) return [];
  const wrong: string[] = [];
  if (headers['content-type'] !== 'application/problem+json') wrong.push(`an error is ${headers['content-type']}`);
  if (status >= 500 && !(status === 503 && headers['retry-after'])) wrong.push(`${status}: ${text}`);
  return wrong;
}
