// k6/http. Expected: "k6/http", "Params", "Response", "Error codes" and "Metrics" of k6's documentation.
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { echo, run, shown } from './http-scripts.ts';
import { startServer } from './support.ts';

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
