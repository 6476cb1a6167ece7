// k6/http. Expected: "k6/http", "Params", "Response", "Error codes" and "Metrics" of k6's documentation.
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type RunOptions, runScript, startServer, type TestServer } from './support.ts';

const prelude = `import http from 'k6/http'; import { check, sleep } from 'k6';
  const URL = __ENV.URL; const show = (...values) => console.log(JSON.stringify(values));`;

const run = (server: { url: string }, body: string, options: RunOptions = {}, more = '') =>
  runScript(`${prelude} ${more}\nexport default function () { ${body} }`, {
    ...options,
    args: ['-e', `URL=${server.url}`, ...(options.args ?? [])],
  });

/** What the script showed, as values. */
async function shown(server: { url: string }, body: string, options: RunOptions = {}, more = ''): Promise<unknown[]> {
  const ran = await run(server, body, options, more);
  if (ran.console.length === 0) throw new Error(`the script showed nothing:\n${ran.stderr}`);
  return ran.console.map((line) => JSON.parse(line) as unknown);
}

const echo = () =>
  startServer(({ method, url, headers, body }, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, body: body.toString() }));
  });

describe('requests', () => {
  test('every method, with the body it was given', async () => {
    const server = await echo();
    await run(
      server,
      `http.get(URL + '/get?a=1'); http.head(URL); http.post(URL, 'p'); http.put(URL, 'u'); http.patch(URL, 'a');
       http.del(URL, 'd'); http.options(URL, 'o'); http.request('get', URL, 'with body'); http.request('QUERY', URL, 'q');`,
    );
    expect(server.received.map(({ method, url, body }) => `${method} ${url} ${body}`.trim())).toEqual([
      'GET /get?a=1',
      'HEAD /',
      'POST / p',
      'PUT / u',
      'PATCH / a',
      'DELETE / d',
      'OPTIONS / o',
      'GET / with body',
      'QUERY / q',
    ]);
  });

  test('headers go out as given; an object is a form', async () => {
    const server = await echo();
    await run(
      server,
      `http.post(URL, { name: '홍 길동', list: [1, 2], n: 3 }, { headers: { 'X-One': 1, 'X-Hangul': '가', Host: 'shop.test' } });
       http.post(URL, JSON.stringify({ a: 1 }), { headers: { 'Content-Type': 'application/json' } });
       http.post(URL, 'text'); http.post(URL);`,
    );
    const [form, json, text, none] = server.received;
    expect(form?.body.toString()).toBe('list=1&list=2&n=3&name=%ED%99%8D+%EA%B8%B8%EB%8F%99');
    expect(form?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(form?.headers['x-one']).toBe('1');
    expect(Buffer.from(String(form?.headers['x-hangul']), 'latin1').toString()).toBe('가');
    expect(form?.headers.host).toBe('shop.test');
    expect([json?.headers['content-type'], json?.body.toString()]).toEqual(['application/json', '{"a":1}']);
    expect([text?.headers['content-type'], text?.body.toString()]).toEqual([undefined, 'text']);
    expect([none?.headers['content-length'], none?.body.length]).toEqual(['0', 0]);
    expect(json?.headers['user-agent']).toMatch(/^jari-load\//);
  });

  test('bytes and files', async () => {
    const server = await startServer();
    const bytes = Uint8Array.from([0, 1, 255, 128]);
    await run(
      server,
      `http.post(URL, data); http.post(URL, new Uint8Array(data).subarray(1, 3));
       http.post(URL, { field: 'value', up: http.file(data, 'a "b".bin', 'application/x-bin') });`,
      { files: { 'data.bin': bytes } },
      `const data = open('./data.bin', 'b');`,
    );
    const [whole, part, multipart] = server.received;
    expect(whole?.body).toEqual(Buffer.from(bytes));
    expect(part?.body).toEqual(Buffer.from([1, 255]));
    const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(multipart?.headers['content-type'] ?? '') ?? [];
    expect(multipart?.body.toString('latin1')).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="field"\r\n\r\nvalue\r\n--${boundary}\r\n` +
        'Content-Disposition: form-data; name="up"; filename="a \\"b\\".bin"\r\nContent-Type: application/x-bin\r\n\r\n' +
        `\u0000\u0001\u00ff\u0080\r\n--${boundary}--\r\n`,
    );
  });

  test('credentials in the URL are basic authentication', async () => {
    const server = await echo();
    await run({ url: server.url.replace('//', '//me:p%40ss@') }, 'http.get(URL)');
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  test('compression of the body', async () => {
    const server = await echo();
    await run(server, `http.post(URL, 'x'.repeat(100), { compression: 'gzip' });`);
    const [sent] = server.received;
    expect(sent?.headers['content-encoding']).toBe('gzip');
    expect(zlib.gunzipSync(sent?.body ?? '').toString()).toBe('x'.repeat(100));
  });
});

describe('responses', () => {
  test('have what k6 documents', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(201, {
        'x-many': ['a', 'b'],
        'content-type': 'text/plain',
        'set-cookie': ['c=1; Path=/; HttpOnly'],
      });
      response.end('made 만듦');
    });
    const body = `const r = http.post(URL + '/made', 'sent', { headers: { 'X-A': 'b' } });
      show(r.status, r.status_text, r.url, r.body, r.error, r.error_code, r.proto, r.headers['X-Many'], r.headers['Content-Type'],
        r.cookies.c[0].value, r.cookies.c[0].http_only, r.request.method, r.request.url, r.request.body, r.request.headers['X-A'],
        r.remote_ip, r.remote_port, r.tls_version);
      show(Object.keys(r.timings).sort(), r.timings.duration >= r.timings.waiting, JSON.parse(JSON.stringify(r)).status);`;
    expect(await shown(server, body)).toEqual([
      [
        ...[201, '201 Created', `${server.url}/made`, 'made 만듦', '', 0, 'HTTP/1.1', 'a, b', 'text/plain', '1', true],
        ...['POST', `${server.url}/made`, 'sent', ['b'], '127.0.0.1', server.port, ''],
      ],
      [
        ['blocked', 'connecting', 'duration', 'looking_up', 'receiving', 'sending', 'tls_handshaking', 'waiting'],
        true,
        201,
      ],
    ]);
  });

  test('json(), also with a selector', async () => {
    const server = await startServer((_request, response) =>
      response.end('{"a":{"b":[{"name":"x","n":1},{"name":"y","n":2}]},"dotted.name":true}'),
    );
    const body = `const r = http.get(URL);
      show(r.json().a.b.length, r.json('a.b.1.name'), r.json('a.b.#'), r.json('a.b.#.n'), r.json('a.b.#(name=="y").n'),
        r.json('a.b.#(n>0)#.name'), r.json('dotted\\\\.name'), r.json('missing') === undefined);
      try { http.get(URL + '/?').json('a.'); new http.CookieJar(); show('fine'); } catch (e) { show(e.message); }`;
    expect((await shown(server, body))[0]).toEqual([2, 'y', 2, [1, 2], 2, ['x', 'y'], true, true]);
  });

  test('that are no JSON say so', async () => {
    const server = await startServer((_request, response) => response.end('<html>'));
    const body = `try { http.get(URL).json(); } catch (e) { show(e.message.startsWith('cannot parse json due to an error')); }`;
    expect(await shown(server, body)).toEqual([[true]]);
  });

  test('responseType and discardResponseBodies', async () => {
    const server = await startServer((_request, response) => response.end(Buffer.from([1, 2, 3])));
    const body = `const b = http.get(URL, { responseType: 'binary' }).body; const n = http.get(URL, { responseType: 'none' }).body;
      show(b instanceof ArrayBuffer, [...new Uint8Array(b)], n, http.get(URL).body === null);`;
    expect(await shown(server, body)).toEqual([[true, [1, 2, 3], null, false]]);
    expect(await shown(server, body, { args: ['--discard-response-bodies'] })).toEqual([[true, [1, 2, 3], null, true]]);
  });

  test('that are encoded come decoded', async () => {
    const server = await startServer(({ url }, response) => {
      const coding = url.slice(1);
      const encode = {
        gzip: zlib.gzipSync,
        deflate: zlib.deflateSync,
        br: zlib.brotliCompressSync,
        zstd: zlib.zstdCompressSync,
      };
      response.setHeader('Content-Encoding', coding);
      response.end(encode[coding as keyof typeof encode](Buffer.from('plain')));
    });
    const body = `show(...['gzip', 'deflate', 'br', 'zstd'].map((c) => http.get(URL + '/' + c).body));`;
    expect(await shown(server, body)).toEqual([['plain', 'plain', 'plain', 'plain']]);
  });

  test('chunked, empty, HEAD and connection: close', async () => {
    const server = await startServer(({ url, method }, response) => {
      if (url === '/chunked') {
        response.write('one,');
        setTimeout(() => response.end('two'), 20);
      } else if (url === '/close') response.writeHead(200, { Connection: 'close' }).end('closed');
      else if (method === 'HEAD') response.writeHead(200, { 'Content-Length': '100' }).end();
      else response.writeHead(204).end();
    });
    const body = `show(http.get(URL + '/chunked').body, http.get(URL + '/empty').body, http.head(URL).headers['Content-Length'],
      http.get(URL + '/close').body, http.get(URL + '/chunked').body);`;
    expect(await shown(server, body)).toEqual([['one,two', '', '100', 'closed', 'one,two']]);
    expect(server.connections()).toBe(2);
  });
});

describe('redirects', () => {
  const redirecting = () =>
    startServer(({ url }, response) => {
      const [, status, to = ''] = /^\/(\d+)(\/.*)?$/.exec(url) ?? [];
      if (status) response.writeHead(Number(status), { Location: to || '/end', 'Set-Cookie': 'seen=yes' }).end('moved');
      else response.end('end');
    });
  test('are followed, each hop counted, POST becoming GET except for 307 and 308', async () => {
    const server = await redirecting();
    const body = `show(...[301, 302, 303, 307, 308].map((status) => { const r = http.post(URL + '/' + status, 'body'); return [r.url, r.status]; }));`;
    const ran = await run(
      server,
      body,
      {},
      `export const options = { thresholds: { http_reqs: ['count==10'], 'http_reqs{status:200}': ['count==5'] } };`,
    );
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.console[0] ?? '')).toEqual(Array(5).fill([`${server.url}/end`, 200]));
    const ends = server.received.filter(({ url }) => url === '/end');
    expect(ends.map(({ method, body: sent }) => `${method} ${sent}`.trim())).toEqual([
      'GET',
      'GET',
      'GET',
      'POST body',
      'POST body',
    ]);
    expect(ends[0]?.headers.cookie).toBe('seen=yes');
  });
  test('as many as allowed: by the request, or by maxRedirects', async () => {
    const server = await redirecting();
    const body = `show(http.get(URL + '/302', { redirects: 0 }).status, http.get(URL + '/302/302/302').status);`;
    const ran = await run(server, body, { args: ['--max-redirects', '1'] });
    expect(ran.console).toEqual(['[302,302]']);
    expect(ran.stderr).toContain('Stopped after 1 redirects');
  });
});

describe('cookies', () => {
  const setting = () =>
    startServer(({ url, headers }, response) => {
      if (url.startsWith('/set'))
        response.setHeader('Set-Cookie', [
          'a=1; Path=/',
          'b=2; Path=/deep',
          'old=; Max-Age=-1',
          'far=1; Domain=example.com',
        ]);
      response.end(headers.cookie ?? '');
    });
  test('are kept within an iteration and sent where they belong', async () => {
    const server = await setting();
    const body = `show(http.get(URL).body); http.get(URL + '/set'); show(http.get(URL + '/x').body, http.get(URL + '/deep/er').body);`;
    const ran = await run(server, body, { args: ['-i', '2'] });
    expect(ran.console).toEqual(['[""]', '["a=1","b=2; a=1"]', '[""]', '["a=1","b=2; a=1"]']);
  });
  test('noCookiesReset keeps them', async () => {
    const server = await setting();
    const body = `show(http.get(URL).body); http.get(URL + '/set');`;
    const ran = await run(server, body, { args: ['-i', '2'], env: { K6_NO_COOKIES_RESET: 'true' } });
    expect(ran.console).toEqual(['[""]', '["a=1"]']);
  });
  test('of the request, of the jar, of a jar of one’s own', async () => {
    const server = await setting();
    const body = `
      const jar = http.cookieJar();
      jar.set(URL, 'user', 'kim'); jar.set(URL, 'gone', 'x'); jar.delete(URL, 'gone');
      show(http.get(URL, { cookies: { once: '1' } }).body, jar.cookiesForURL(URL));
      show(http.get(URL, { cookies: { user: { value: 'lee', replace: true } } }).body);
      const own = new http.CookieJar(); own.set(URL, 'own', 'jar');
      show(http.get(URL, { jar: own }).body); jar.clear(URL); show(http.get(URL).body);`;
    expect(await shown(server, body)).toEqual([
      ['user=kim; once=1', { user: ['kim'] }],
      ['user=lee'],
      ['own=jar'],
      [''],
    ]);
  });
});

describe('timings and metrics', () => {
  test('waiting is the server’s time, receiving the body’s, sending + waiting + receiving the duration', async () => {
    const server = await startServer((_request, response) => {
      setTimeout(() => {
        response.writeHead(200, { 'Content-Length': '4' });
        response.write('ab');
        setTimeout(() => response.end('cd'), 120);
      }, 150);
    });
    const [[timings] = []] = (await shown(server, 'show(http.get(URL).timings);')) as [Record<string, number>][];
    const { waiting = 0, receiving = 0, sending = 0, duration = 0, blocked = 0, connecting = 0 } = timings ?? {};
    expect(waiting).toBeGreaterThanOrEqual(145);
    expect(receiving).toBeGreaterThanOrEqual(110);
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
