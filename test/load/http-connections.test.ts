// k6/http. Expected: "k6/http", "Params", "Response", "Error codes" and "Metrics" of k6's documentation.
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { echo, prelude, run, shown } from './http-scripts.ts';
import { runScript, startServer, type TestServer } from './support.ts';

describe('timings and metrics', () => {
  test('waiting is the server’s time, receiving the body’s, sending + waiting + receiving the duration', async () => {
    const server = await startServer((_request, response) => {
      setTimeout(() => {
        response.writeHead(200, { 'Content-Length': '4' });
        response.write('ab');
        setTimeout(() => response.end('cd'), 300);
      }, 150);
    });
    const [[timings] = []] = (await shown(server, 'show(http.get(URL).timings);')) as [Record<string, number>][];
    const { waiting = 0, receiving = 0, sending = 0, duration = 0, blocked = 0, connecting = 0 } = timings ?? {};
    expect(waiting).toBeGreaterThanOrEqual(145);
    // A busy machine may tell of the head late, and takes that from what the body took.
    expect(receiving).toBeGreaterThanOrEqual(50);
    expect(waiting + receiving).toBeGreaterThanOrEqual(440);
    expect(sending + waiting + receiving).toBeCloseTo(duration, 2);
    expect(connecting).toBeGreaterThan(0);
    expect(blocked).toBeGreaterThanOrEqual(connecting);
  });

  test('a user keeps its connection; each user has its own', async () => {
    const server = await startServer();
    const body = `show(http.get(URL).timings.connecting > 0);`;
    const source = `export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 3, iterations: 4 } } };`;
    const opened = (await shown(server, body, {}, source)).flat();
    expect(opened.filter(Boolean).length).toBe(3);
    expect(server.connections()).toBe(3);
  });
  test('noConnectionReuse and noVUConnectionReuse open one for each request or iteration', async () => {
    const server = await startServer();
    await run(server, 'http.get(URL); http.get(URL);', { args: ['-i', '2', '--no-connection-reuse'] });
    expect(server.connections()).toBe(4);
    await run(server, 'http.get(URL); http.get(URL);', { args: ['-i', '2', '--no-vu-connection-reuse'] });
    expect(server.connections()).toBe(6);
  });

  test('every http metric, and the bytes on the wire', async () => {
    const server = await startServer((_request, response) => response.end('x'.repeat(10_000)));
    const ran = await run(server, `http.post(URL, 'y'.repeat(5000));`, { args: ['-i', '3'] });
    const { metrics } = ran.exported;
    expect(metrics.http_reqs?.count).toBe(3);
    for (const name of ['duration', 'blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'])
      expect(Object.keys(metrics[`http_req_${name}`] ?? {}).sort()).toEqual([
        'avg',
        'max',
        'med',
        'min',
        'p(90)',
        'p(95)',
      ]);
    expect(metrics.http_req_failed).toMatchObject({ value: 0, passes: 0, fails: 3 });
    expect(metrics['http_req_duration{expected_response:true}']).toEqual(metrics.http_req_duration);
    const { data_sent: sent, data_received: received } = metrics;
    expect(sent?.count).toBeGreaterThan(15_000);
    expect(sent?.count).toBeLessThan(17_000);
    expect(received?.count).toBeGreaterThan(30_000);
    expect(received?.count).toBeLessThan(32_000);
  });

  test('tags: the system’s, the request’s, the name that groups URLs', async () => {
    const server = await startServer(({ url }, response) => response.writeHead(url === '/bad' ? 500 : 200).end());
    const body = `
      http.get(URL + '/a', { tags: { kind: 'read', n: 1 } }); http.post(URL + '/b'); http.get(URL + '/bad');
      for (const id of [1, 2]) http.get(http.url\`\${URL}/item/\${id}\`);
      http.get(URL + '/x', { tags: { name: 'named' } });`;
    const options = `export const options = { thresholds: {
      'http_reqs{kind:read}': ['count==1'], 'http_reqs{n:1}': ['count==1'], 'http_reqs{method:POST}': ['count==1'],
      'http_reqs{status:500}': ['count==1'], 'http_reqs{expected_response:false}': ['count==1'],
      'http_reqs{error_code:1500}': ['count==1'], 'http_reqs{name:named,method:GET}': ['count==1'],
      'http_reqs{name:\${}/item/\${}}': ['count==2'], 'http_reqs{proto:HTTP/1.1}': ['count==6'],
      'http_reqs{scenario:default}': ['count==6'], 'http_reqs{kind:write}': ['count==0'] } };`;
    const ran = await run(server, body, {}, options);
    expect(ran.code).toBe(0);
    const expected = [1, 1, 1, 1, 1, 1, 1, 2, 6, 6, 0];
    const counts = Object.entries(ran.exported.metrics).filter(([name]) => name.startsWith('http_reqs{'));
    expect(counts.map(([, metric]) => metric.count)).toEqual(expected);
  });

  test('expectedStatuses and setResponseCallback decide what has failed', async () => {
    const server = await startServer(({ url }, response) => response.writeHead(Number(url.slice(1))).end());
    const body = `
      http.get(URL + '/404'); http.get(URL + '/404', { responseCallback: http.expectedStatuses(404) });
      http.get(URL + '/200', { responseCallback: http.expectedStatuses({ min: 400, max: 499 }, 503) });
      http.setResponseCallback(http.expectedStatuses(409)); http.get(URL + '/409'); http.get(URL + '/200');
      http.setResponseCallback(null); http.get(URL + '/500');`;
    const ran = await run(server, body);
    // Of six requests the last is not judged; the first, the third and the fifth were not as expected.
    expect(ran.exported.metrics.http_req_failed).toMatchObject({ passes: 3, fails: 2 });
    expect(ran.exported.metrics.http_reqs?.count).toBe(6);
  });
});

describe('failures', () => {
  const closedPort = async () => {
    const probe = createTcpServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    return `http://127.0.0.1:${port}`;
  };
  test('have the codes that k6 documents, and the script goes on', async () => {
    const server = await startServer(({ url }, response) => {
      if (url === '/reset') response.socket?.resetAndDestroy();
      else if (url === '/cut') response.socket?.destroy();
      else if (url !== '/slow') response.writeHead(404).end();
    });
    const urls = [await closedPort(), 'http://no-such-host.invalid/', 'ftp://x/', `${server.url}/missing`];
    const body = `
      const of = (r) => [r.status, r.error_code, r.error === '', r.body === null];
      show(...${JSON.stringify(urls)}.map((url) => of(http.get(url))), of(http.get(URL + '/slow', { timeout: '100ms' })),
        of(http.post(URL + '/reset')), of(http.get(URL + '/cut')));`;
    const ran = await run(server, body);
    const [refused, unknown, invalid, missing, slow, reset, cut] = JSON.parse(ran.console[0] ?? '[]') as unknown[][];
    expect(refused).toEqual([0, 1212, false, true]);
    expect([1100, 1101]).toContain(unknown?.[1]);
    expect(invalid).toEqual([0, 1020, false, true]);
    expect(missing).toEqual([404, 1404, true, false]);
    expect(slow).toEqual([0, 1050, false, true]);
    expect(reset).toEqual([0, 1220, false, true]);
    expect(cut).toEqual([0, 1000, false, true]);
    expect(ran.stderr).toMatch(/WARN.* Request Failed .*dial: connection refused/);
    expect(ran.exported.metrics.http_req_failed?.passes).toBe(6);
  });
  test('throw: true makes them exceptions', async () => {
    const url = await closedPort();
    const ran = await run({ url }, `try { http.get(URL); } catch (e) { console.log(e.message); }`, {
      args: ['--throw'],
    });
    expect(ran.console).toEqual(['dial: connection refused']);
  });
  test('equal warnings are counted, not repeated', async () => {
    const url = await closedPort();
    const ran = await run({ url }, 'http.get(URL);', { args: ['-i', '50'] });
    expect(ran.stderr.match(/Request Failed/g)?.length).toBe(6);
    expect(ran.stderr).toContain('(45 more times)');
  });
  test('a request on a connection that the server has just closed is repeated when it may be', async () => {
    let left = 1;
    const server = await startServer(({ url }, response) => {
      if (url === '/flaky' && left-- > 0) response.socket?.destroy();
      else response.end('ok');
    });
    const body = `http.get(URL); show(http.get(URL + '/flaky').body); show(http.get(URL).body);`;
    expect(await shown(server, body)).toEqual([['ok'], ['ok']]);
  });
});

describe('batch', () => {
  const counting = async (): Promise<TestServer & { most(): number }> => {
    let now = 0;
    let most = 0;
    const server = await startServer(({ url }, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.end(url);
      }, 60);
    });
    return { ...server, most: () => most };
  };
  test('answers in the shape it was asked', async () => {
    const server = await echo();
    const body = `
      const list = http.batch([URL + '/1', ['POST', URL + '/2', 'two', { headers: { 'X-N': '2' } }],
        { method: 'PUT', url: URL + '/3', body: 'three' }]);
      show(list.map((r) => [r.json('method'), r.json('url'), r.json('body'), r.json('headers.x-n') || null]));
      const named = http.batch({ a: URL + '/a', b: ['GET', URL + '/b'] });
      show(Object.keys(named), named.b.json('url'));`;
    expect(await shown(server, body)).toEqual([
      [
        [
          ['GET', '/1', '', null],
          ['POST', '/2', 'two', '2'],
          ['PUT', '/3', 'three', null],
        ],
      ],
      [['a', 'b'], '/b'],
    ]);
  });
  test('runs in parallel, as far as batchPerHost and batch allow', async () => {
    const body = `show(http.batch(Array.from({ length: 10 }, (_, n) => URL + '/' + n)).map((r) => r.body).join());`;
    for (const [args, most] of [
      [[], 6],
      [['--batch-per-host', '3'], 3],
      [['--batch', '2'], 2],
    ] as const) {
      const server = await counting();
      expect(await shown(server, body, { args })).toEqual([['/0,/1,/2,/3,/4,/5,/6,/7,/8,/9']]);
      expect(server.most()).toBe(most);
    }
  });
});

test('asyncRequest: several at once, awaited', async () => {
  const server = await startServer(({ url }, response) => void setTimeout(() => response.end(url), 50));
  const ran = await runScript(
    `${prelude} export default async function () {
      const answers = await Promise.all([http.asyncRequest('GET', URL + '/a'), http.asyncRequest('POST', URL + '/b', 'x')]);
      show(answers.map((r) => r.body));
      try { await http.asyncRequest('GET', 'http://127.0.0.1:1/'); } catch (e) { show('thrown'); }
    }`,
    { args: ['-e', `URL=${server.url}`, '--throw'] },
  );
  expect(ran.console).toEqual(['[["/a","/b"]]', '["thrown"]']);
});

test('https, with the certificate checked unless told otherwise', async () => {
  const pem = readFileSync(new URL('fixtures/self-signed-localhost.pem', import.meta.url));
  const server = createTlsServer({ key: pem, cert: pem }, (_request, response) => response.end('secret'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const body = `const r = http.get(URL); show(r.status, r.body, r.error_code, r.tls_version, r.timings.tls_handshaking > 0);`;
  expect(await shown({ url }, body)).toEqual([[0, null, 1310, '', false]]);
  expect(await shown({ url }, body, { args: ['--insecure-skip-tls-verify'] })).toEqual([
    [200, 'secret', 0, 'tls1.3', true],
  ]);
  server.closeAllConnections();
  server.close();
});

test('hosts: a name leads to another address, the Host header staying', async () => {
  const server = await echo();
  const options = `export const options = { hosts: { 'shop.test': '127.0.0.1:${server.port}', '*.api.test': '127.0.0.1' } };`;
  const body = `show(http.get('http://shop.test/x').json('headers.host'), http.get('http://v1.api.test:${server.port}/').status);`;
  expect(await shown(server, body, {}, options)).toEqual([['shop.test', 200]]);
});

test('rps holds all users together back', async () => {
  const server = await startServer();
  const startedAt = Date.now();
  await run(server, 'http.get(URL);', { args: ['-u', '4', '-i', '10', '--rps', '20'] });
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(440);
});

test('what is not supported is named, and stops the run', async () => {
  const server = await startServer((_request, response) => response.end('<a>'));
  for (const [code, name] of [
    ['http.get(URL).html()', 'Response.html()'],
    ['http.get(URL).submitForm()', 'Response.submitForm()'],
    ['http.get(URL, { auth: "digest" })', 'authentication "digest"'],
  ] as const) {
    const ran = await run(server, `try { ${code}; } catch (e) {} console.log('went on');`);
    expect([ran.code, ran.console, ran.stderr]).toEqual([107, [], expect.stringContaining(name)]);
  }
});
