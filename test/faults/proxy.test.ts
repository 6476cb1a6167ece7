import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from '../support/fault-proxy.ts';

const SILENT_MILLISECONDS = 300;

describe('the proxy that the faults are made with', () => {
  let echo: Server;
  let proxy: FaultProxy;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    echo = createServer((socket) => void socket.on('error', () => {}).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => echo.close());
  beforeEach(async () => {
    proxy = await FaultProxy.open({ host: '127.0.0.1', port: portOf(echo) });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.close();
  });

  const portOf = (server: Server) => (server.address() as { port: number }).port;

  /** A connection through the proxy; what it got so far, and why it ended. */
  async function client() {
    const seen = { text: '', error: null as string | null, closed: false };
    const socket = tcpConnect(proxy.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('data', (bytes) => {
      seen.text += bytes.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      seen.error = error.code ?? error.message;
    });
    socket.on('close', () => {
      seen.closed = true;
    });
    await Promise.race([
      new Promise((resolve) => socket.once('connect', resolve)),
      new Promise((resolve) => socket.once('close', resolve)),
    ]);
    return { seen, socket };
  }

  it('passes everything on, and the end of a connection too', async () => {
    const { seen, socket } = await client();
    socket.write('hello');
    await expect.poll(() => seen.text).toBe('hello');
    expect(proxy.connections).toBe(1);
    socket.end();
    await expect.poll(() => [seen.closed, seen.error, proxy.connections]).toEqual([true, null, 0]);
  });

  it('cuts what is connected and serves who comes next', async () => {
    const { seen } = await client();
    proxy.cut();
    await expect.poll(() => seen.error).toBe('ECONNRESET');
    const next = await client();
    next.socket.write('again');
    await expect.poll(() => next.seen.text).toBe('again');
  });

  it('refuses until it is healed, on the same port', async () => {
    const { seen } = await client();
    const { port } = proxy;
    await proxy.refuse();
    await expect.poll(() => seen.error).toBe('ECONNRESET');
    expect((await client()).seen.error).toBe('ECONNREFUSED');
    await proxy.heal();
    expect(proxy.port).toBe(port);
    const next = await client();
    next.socket.write('again');
    await expect.poll(() => next.seen.text).toBe('again');
  });

  it('falls silent: who is connected hears nothing ever after, who comes is accepted and not answered', async () => {
    const before = await client();
    proxy.silence();
    const during = await client();
    before.socket.write('a');
    during.socket.write('b');
    await sleep(SILENT_MILLISECONDS);
    await proxy.heal();
    before.socket.write('a');
    const after = await client();
    after.socket.write('c');
    await expect.poll(() => after.seen.text).toBe('c');
    await sleep(SILENT_MILLISECONDS);
    for (const { seen } of [before, during]) expect(seen).toEqual({ text: '', error: null, closed: false });
  });

  it('delays each way, and keeps the order', async () => {
    const { seen, socket } = await client();
    proxy.delay(150);
    const began = performance.now();
    for (const word of ['one ', 'two ', 'three']) {
      socket.write(word);
      await sleep(20);
    }
    await expect.poll(() => seen.text).toBe('one two three');
    expect(performance.now() - began).toBeGreaterThan(300);
  });

  it('drips', async () => {
    const { seen, socket } = await client();
    proxy.drip(2);
    const began = performance.now();
    socket.write('dripped');
    await expect.poll(() => seen.text, { timeout: 5_000, interval: 5 }).toBe('dripped');
    expect(performance.now() - began).toBeGreaterThan(400);
  });

  it('gives its own address out for that of the server', async () => {
    await proxy.close();
    proxy = await FaultProxy.open({ host: '127.0.0.1', port: portOf(echo) }, { advertised: true });
    const { seen, socket } = await client();
    const named = (port: number) =>
      Buffer.concat([Buffer.from('broker 127.0.0.1'), Buffer.from([0, 0, port >> 8, port & 255])]);
    socket.write(named(portOf(echo)));
    await expect.poll(() => seen.text).toBe(named(proxy.port).toString('latin1'));
  });
});
