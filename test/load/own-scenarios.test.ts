// The scenarios of load/ that the seed does not have, short, against one real jari; and what they say of a broken one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type Service, startService } from '../support/service.ts';
import { type Ran, runScript, startServer } from './support.ts';

const folder = join(import.meta.dirname, '../../load');
const fan = readFileSync(join(folder, 'lib/fan.js'), 'utf8');

/** Beside its script, as in load/, but outside of it: nobody watches and judges the run. */
function run(name: string, url: string, settings: Record<string, string | number>, ...flags: string[]): Promise<Ran> {
  const source = readFileSync(join(folder, `${name}.js`), 'utf8');
  const env = Object.entries({ BASE_URL: url, ...settings }).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  return runScript(source, { args: [...env, ...flags], files: { 'lib/fan.js': fan } });
}

const count = (ran: Ran, metric: string) => ran.exported.metrics[metric]?.count ?? 0;
const failedChecks = (ran: Ran) => ran.exported.metrics.checks?.fails;

describe('on a healthy service', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  // How fast the service is, is no matter of a test: thresholds of time are left out.
  const onService = (name: string, settings: Record<string, string | number>, ...flags: string[]) =>
    run(name, service.url, settings, ...flags);

  async function leavesNothing() {
    const audit = await call(service.url, 'GET', '/ops/api/audit', undefined, {
      authorization: `Bearer ${service.opsToken}`,
    });
    expect(audit.body).toMatchObject({ ok: true });
    // The overview of a line may be a second old.
    const queue = () => call(service.url, 'GET', '/api/v1/queue/main').then(({ body }) => body);
    await expect.poll(queue, { timeout: 10_000 }).toMatchObject({ active: 0, waiting: 0 });
  }

  test('hot-seat: one winner a round, and everybody else is told', async () => {
    const ran = await onService('hot-seat', { ROUNDS: 3, ROUND_MS: 300 }, '--no-thresholds');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect([count(ran, 'seats_won'), count(ran, 'iterations'), failedChecks(ran)]).toEqual([3, 150, 0]);
    await leavesNothing();
  });
  test('load: as many requests as its rates say', async () => {
    const ran = await onService('load', { SECONDS: 3, TIMES: 2 }, '--no-thresholds');
    expect([ran.code, failedChecks(ran)]).toEqual([0, 0]);
    expect(count(ran, 'iterations') + count(ran, 'dropped_iterations')).toBe(120);
    await leavesNothing();
  });
  test('stress: a table of its steps, and what it found', async () => {
    // The thresholds stay, for the figures of the steps; only those that would break the climb off can be crossed.
    const ran = await onService('stress', { FROM: 40, TO: 100, STEP_SECONDS: 1, FLOOR: 1 });
    expect([ran.code, failedChecks(ran)]).toEqual([0, 0]);
    const steps = [...ran.stdout.matchAll(/^ {2}[✓✗] +(\d+) +(\d+) +\S+ ms +\S+ ms +(\S+) %$/gm)];
    expect(steps.map(([, offered, , failed]) => [offered, failed])).toEqual([
      ['40', '0.00'],
      ['60', '0.00'],
      ['92', '0.00'],
    ]);
    expect(ran.stdout).toMatch(/no knee up to 92 requests\/s|the knee: /);
    await leavesNothing();
  });
  test('soak: every path answers', async () => {
    const ran = await onService('soak', { MINUTES: 0.05, RATE: 20 }, '--no-thresholds');
    expect([ran.code, ran.stderr, failedChecks(ran)]).toEqual([0, '', 0]);
    const paths = Object.keys(ran.exported.root_group.checks);
    expect(paths).toEqual(expect.arrayContaining(['seats', 'left', 'held', 'paid', 'entries', 'cancelled']));
    await leavesNothing();
  });
  test('journey: every fan has bought, lost patience or vanished, and no double click counts twice', async () => {
    const settings = { FANS: 120, AT_ONCE: 80, RUSH_SECONDS: 0.5, IMPATIENT: 30, NO_SHOWS: 0, DOUBLE_CLICKERS: 50 };
    const ran = await onService('journey', settings, '--no-thresholds');
    expect([ran.code, ran.stderr, failedChecks(ran)]).toEqual([0, '', 0]);
    expect(count(ran, 'fans_bought') + count(ran, 'fans_impatient')).toBe(120);
    expect(count(ran, 'fans_bought')).toBeGreaterThan(0);
    expect(ran.exported.metrics.fans_served).toMatchObject({ fails: 0 });
    expect(Object.keys(ran.exported.root_group.checks)).toEqual(
      expect.arrayContaining(['one place in line', 'one hold', 'paid once', 'charged once']),
    );
    await leavesNothing();
  });
});

describe('on a service that answers nothing but the state of its line, every scenario fails', () => {
  const short = { ROUNDS: 1, SECONDS: 1, STEP_SECONDS: 1, TO: 200, MINUTES: 0.02, FANS: 20, RUSH_SECONDS: 0.1 };
  const own = { USERS: '5', WAIT_SECONDS: '1' };
  const names = readdirSync(folder).filter((file) => file.endsWith('.js') && file !== 'spike.js');

  test.each(names)('%s', async (file) => {
    const server = await startServer((request, response) => {
      const isLine = request.url.startsWith('/api/v1/queue/');
      response.writeHead(isLine ? 200 : 500, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(isLine ? { cap: 50, active: 0, waiting: 0, servingTicket: 0 } : {}));
    });
    const ran = await run(file.slice(0, -3), server.url, { ...short, ...own });
    // A threshold was crossed, or setup() gave up.
    expect([99, 108]).toContain(ran.code);
  });
});
