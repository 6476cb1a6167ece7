import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Daemon } from '../../scripts/services/daemon.ts';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import { findProgram, need } from '../../scripts/services/install.ts';
import { freePort } from '../../scripts/services/ports.ts';
import { refuseOrWarn, sharedServer } from '../support/servers.ts';
import { call, type Service, startService } from '../support/service.ts';
import { ROOT } from './compose.ts';

const ADVICE = 'nginx was not found: install it (Debian: apt-get install nginx).';
const findNginx = () => findProgram('nginx', ['/usr/sbin']);
const nginx = await need(findNginx, ['nginx'], ADVICE, console.warn).catch((error: Error) =>
  refuseOrWarn('nginx', error.message),
);
const postgres = await sharedServer('postgres');

// The real proxy with our settings, in front of two real processes of the service.
describe.skipIf(!nginx || postgres.missing)('the proxy of compose.yaml', () => {
  let folder: string;
  let database: string;
  let services: [Service, Service];
  let proxy: Daemon;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jari-proxy-'));
    chmodSync(folder, 0o755); // for nginx' workers, who are nobody when we are root
    database = await createDatabase(postgres.url);
    const env = { DATABASE_URL: database, TOKEN_SECRET: 'one-secret-for-both', TRUSTED_HOPS: '1', QUEUE_CAP: '1' };
    services = [await startService(env), await startService(env)];
    proxy = await startProxy();
  });
  afterAll(async () => {
    await proxy?.stop();
    await Promise.all((services ?? []).map((service) => service.stop()));
    await dropDatabase(database);
    rmSync(folder, { recursive: true, force: true });
  });

  async function startProxy(): Promise<Daemon> {
    cpSync(join(ROOT, 'deploy/nginx'), folder, { recursive: true });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    rewrite('nginx.conf', (text) => text.replace('listen 8080', `listen ${port}`).replaceAll('/tmp/', `${folder}/`));
    // Our two processes in place of the name that Docker would resolve, and which needs a newer nginx than Debian's.
    rewrite('upstream.conf', (text) =>
      text
        .replace(/^ *resolver .*$/m, '')
        .replace(/server api:8080 resolve(.*);/, (_, limits) =>
          services.map((service) => `server ${new URL(service.url).host}${limits};`).join('\n'),
        ),
    );
    const daemon = new Daemon({
      title: 'nginx',
      command: String(nginx),
      args: ['-c', join(folder, 'nginx.conf'), '-p', folder, '-g', 'daemon off;'],
      cwd: folder,
      logFile: join(folder, 'log'),
      healthy: async () => void (await fetch(`${url}/healthz`)),
      stopSignal: 'SIGTERM',
    });
    await daemon.start();
    return daemon;
  }

  function rewrite(file: string, change: (text: string) => string): void {
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  }

  const enter = (userId: string) => call(url, 'POST', '/api/v1/token/create', { userId });

  it('passes answers on, and refuses in the words of the service', async () => {
    expect((await call(url, 'GET', '/api/v1/concerts')).status).toBe(200);
    const own = await call(url, 'GET', '/nowhere');
    expect(own).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const tooLarge = await call(url, 'POST', '/api/v1/token/create', { userId: 'x'.repeat(1_500_000) });
    expect(tooLarge).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    const tooLong = await call(url, 'GET', `/api/v1/concerts?${'x'.repeat(40_000)}`);
    expect(tooLong).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    for (const refusal of [tooLarge, tooLong]) {
      expect(refusal.headers.get('content-type')).toBe('application/problem+json');
      expect(Object.keys(refusal.body)).toEqual(Object.keys(own.body));
    }
  });

  it('lets events through while the stream is open', async () => {
    const inside = await enter('inside');
    const waiting = await enter('waiting');
    expect([inside.body.status, waiting.body.status]).toEqual(['ACTIVE', 'WAITING']);
    const leave = new AbortController();
    const watch = { headers: bearer(waiting.body.token), signal: leave.signal };
    const stream = await fetch(`${url}/api/v1/token/events`, watch);
    expect(stream.headers.get('content-type')).toMatch('text/event-stream');
    const read = eventsOf(stream);
    expect(await read('position')).toBe(true);
    expect((await call(url, 'DELETE', '/api/v1/token', undefined, bearer(inside.body.token))).status).toBe(204);
    expect(await read('active')).toBe(true);
    leave.abort();
  });

  it('passes over a process that was killed', async () => {
    await services[0].kill();
    const users = Array.from({ length: 40 }, (_, i) => `after-${i}`);
    const answers = await Promise.all(users.map(enter));
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 200));
  });

  it('says so when no process is left', async () => {
    await services[1].kill();
    const answer = await enter('nobody-there');
    expect(answer).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` });

/** Reads on until the named event; false when the stream ends first. */
function eventsOf(stream: Response): (event: string) => Promise<boolean> {
  const reader = stream.body?.getReader();
  let text = '';
  return async (event) => {
    for (;;) {
      const at = text.indexOf(`event: ${event}\n`);
      if (at >= 0) {
        text = text.slice(at + 1);
        return true;
      }
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return false;
      text += new TextDecoder().decode(chunk.value);
    }
  };
}

describe('deploy/nginx', () => {
  it('believes nobody about where a request comes from, and keeps idle connections for less than the service', () => {
    const nginxConf = readFileSync(join(ROOT, 'deploy/nginx/nginx.conf'), 'utf8');
    const upstream = readFileSync(join(ROOT, 'deploy/nginx/upstream.conf'), 'utf8');
    expect(nginxConf).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/);
    const app = readFileSync(join(ROOT, 'server/http/app.ts'), 'utf8');
    const serviceSeconds = Number(/KEEP_ALIVE_MILLISECONDS = (\d+)_000/.exec(app)?.[1]);
    expect(Number(/keepalive_timeout (\d+)s/.exec(upstream)?.[1])).toBeLessThan(serviceSeconds);
    expect(upstream).toMatch(/zone api \d+k;\n *resolver 127\.0\.0\.11 .*;\n *server api:8080 resolve /);
  });
});
