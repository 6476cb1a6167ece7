// Stopping: whoever is being answered gets their answer, whoever comes late is sent elsewhere, nobody holds it up.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, type Service, startService } from '../support/service.ts';
import { type Connection, openConnection } from './connection.ts';

vi.setConfig({ testTimeout: 180_000 });

let service: Service;
afterEach(() => service.stop());

const charge = (userId: string, body: string, connection = 'keep-alive') =>
  `POST /api/v1/wallet/${userId}/charge HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const balance = async (userId: string) => (await call(service.url, 'GET', `/api/v1/wallet/${userId}`)).body.balance;

/** Leaves a request half sent: the service has begun with it and cannot answer yet. */
async function underWay(userId: string): Promise<{ connection: Connection; rest: string }> {
  const whole = charge(userId, '{"amount": 1000}');
  const connection = await openConnection(service.url);
  connection.send(whole.slice(0, -5));
  return { connection, rest: whole.slice(-5) };
}

describe('SIGTERM', () => {
  it('answers what is under way, refuses what comes late, ends streams, and keeps everything', async () => {
    service = await startService({ OPENING_BALANCE: '0' });
    const entered = await call(service.url, 'POST', '/api/v1/token/create', { userId: 'somebody' });
    const stream = await openConnection(service.url);
    stream.send('GET /api/v1/token/events?userId=somebody HTTP/1.1\r\nHost: a\r\n\r\n');
    await stream.until('event: active');
    const { connection, rest } = await underWay('somebody');
    const late = await openConnection(service.url);
    late.send('GET /api/v1/concerts HTTP/1.1\r\nHo');
    // A request of its own sees that the service has read what was sent before it.
    await balance('somebody');

    const exit = service.end('SIGTERM');
    await stream.until(/\r\n0\r\n\r\n$/);
    late.send('st: a\r\n\r\n');
    for (const refused of [await late.closed, await newcomer()]) {
      expect(refused).toMatch(/^HTTP\/1\.1 503 /);
      expect(refused).toMatch(/^connection: close\r$/im);
      expect(refused).toMatch(/^retry-after: \d+\r$/im);
      expect(refused).toContain('"code":"OVERLOADED"');
    }
    connection.send(rest);
    expect(await connection.until('}')).toMatch(/^HTTP\/1\.1 200 .*\{"userId":"somebody","balance":1000\}/s);
    expect(await exit).toBe(0);

    await service.restart();
    expect(await balance('somebody')).toBe(1_000);
    const place = await call(service.url, 'GET', '/api/v1/token?userId=somebody');
    expect(place.body).toMatchObject({ status: 'ACTIVE', ticket: entered.body.ticket });
  });

  it('does not wait for connections that nobody uses, or that stay away with half a request', async () => {
    service = await startService();
    const [unused, kept, half] = [
      await openConnection(service.url),
      await openConnection(service.url),
      await openConnection(service.url),
    ];
    kept.send('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await kept.until('{"status":"ok"}');
    half.send('GET /healthz HTTP/1.1\r\nHos');
    expect(await service.end('SIGTERM')).toBe(0);
    await Promise.all([unused.closed, kept.closed, half.closed]);
  });

  it('lets an answer that is long and read slowly arrive whole', async () => {
    service = await startService();
    const slow = await openConnection(service.url);
    slow.socket.pause();
    const path = '/api/v1/concerts/126/schedules/481/seats';
    const whole = await call(service.url, 'GET', path);
    // More than the buffers between two processes take: ten answers, one behind the other.
    slow.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(10));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const exit = service.end('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 500));
    slow.socket.resume();
    const answers = (await slow.closed).split(/HTTP\/1\.1 200 OK\r\n.*?\r\n\r\n/s).slice(1);
    expect(answers.length).toBe(10);
    for (const answer of answers) expect(Buffer.byteLength(answer)).toBe(Buffer.byteLength(whole.text));
    expect(await exit).toBe(0);
  });

  it('gives up on a request that never comes whole', async () => {
    service = await startService();
    const { connection } = await underWay('somebody');
    await balance('somebody');
    expect(await service.end('SIGTERM')).toBe(0);
    expect(await connection.closed).toBe('');
  });

  it('a second and a third time changes nothing', async () => {
    service = await startService();
    const { connection, rest } = await underWay('somebody');
    await balance('somebody');
    const exit = service.end('SIGTERM');
    process.kill(service.pid, 'SIGINT');
    process.kill(service.pid, 'SIGHUP');
    connection.send(rest);
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 200 /);
    expect(await exit).toBe(0);
  });
});

async function newcomer(): Promise<string> {
  const connection = await openConnection(service.url);
  connection.send('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  return connection.closed;
}
