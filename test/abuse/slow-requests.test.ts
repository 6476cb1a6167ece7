// A request that never quite arrives: its connection is answered and closed, and holds nobody else up meanwhile.
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

it('a head that comes byte by byte is given up on after 15 to 20 s', async () => {
  const { port } = new URL(service.url);
  const slow = Array.from({ length: 50 }, () => connect(Number(port), '127.0.0.1'));
  const answers = slow.map((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.write('GET /healthz HTTP/1.1\r\nHost: jari.test\r\nX-Slow: ');
    const drip = setInterval(() => socket.writable && socket.write('x'), 1_000);
    return new Promise<string>((resolve) =>
      socket.once('close', () => {
        clearInterval(drip);
        resolve(text);
      }),
    );
  });
  expect((await call(service.url, 'GET', '/healthz')).status).toBe(200);
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"VALIDATION_FAILED"');
  }
});
