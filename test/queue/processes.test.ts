import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../web/shared/receipt-check.ts';
import type { RecordPage } from '../../web/shared/types.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { call, type Service, startService } from '../support/service.ts';
import { range, users } from './actors.ts';

const PROCESSES = 4;
const LATER = { timeout: 45_000, interval: 20 };
const redis = await sharedServer('redis');

interface Place {
  userId: string;
  status: string;
  position: number;
  ticket: number;
  token: string;
}

const TARGETS = [
  { name: 'PostgreSQL', missing: POSTGRES.missing, redisUrl: async () => ({}), stop: async () => {} },
  { name: 'PostgreSQL and Redis', missing: POSTGRES.missing ?? redis.missing, ...ownRedis() },
];

/** "main" is a line that others on the shared Redis may have, too. */
function ownRedis() {
  let servers: Awaited<ReturnType<typeof ownServers>> | undefined;
  return {
    async redisUrl() {
      servers = await ownServers(['redis']);
      return { REDIS_URL: servers.urls.REDIS_URL as string };
    },
    stop: async () => servers?.stop(),
  };
}

// Four processes of the service on the same stores, and a crowd that comes to all of them at once.
for (const target of TARGETS) {
  describe.skipIf(target.missing)(`four processes on ${target.name}`, () => {
    let home: TestDatabase;
    let services: Service[] = [];
    let places: Place[];

    beforeAll(async () => {
      home = await POSTGRES.open();
      const env = {
        DATABASE_URL: home.url as string,
        TOKEN_SECRET: 'the same for all processes',
        ...(await target.redisUrl()),
      };
      services = await Promise.all(range(1, PROCESSES).map(() => startService(env)));
    });
    afterAll(async () => {
      await Promise.all(services.map((service) => service.stop()));
      await home?.dispose();
      await target.stop();
    });

    const process = (i: number) => services[i % PROCESSES] as Service;
    const bearer = ({ token }: Place) => ({ authorization: `Bearer ${token}` });
    const page = async (i = 1) => (await call(process(i).url, 'GET', '/api/v1/queue/main')).body;
    const at = (position: number) => places.find((place) => place.position === position) as Place;

    it('let exactly 50 of 2,000 in, each with a ticket of their own', async () => {
      places = await Promise.all(users(2_000).map((userId, i) => enter(process(i), userId)));
      expect(places.filter(({ status }) => status === 'ACTIVE')).toHaveLength(50);
      expect(places.map(({ ticket }) => ticket).sort((a, b) => a - b)).toEqual(range(1, 2_000));
      const waiting = places.filter(({ status }) => status === 'WAITING').map(({ position }) => position);
      expect(waiting.sort((a, b) => a - b)).toEqual(range(1, 1_950));
      await expect.poll(() => page(), LATER).toMatchObject({ active: 50, waiting: 1_950, servingTicket: 50 });
    });

    it('give everybody the same place, whichever is asked', async () => {
      for (const i of range(0, PROCESSES - 1)) {
        const { body } = await call<Place>(process(i).url, 'GET', '/api/v1/token', undefined, bearer(at(700)));
        expect(body).toMatchObject({ status: 'WAITING', position: 700, ticket: at(700).ticket });
      }
    });

    it('tell listeners of one what was done in another, and go on when any is killed', async () => {
      const events = listen(`${process(1).url}/api/v1/token/events`, bearer(at(2)));
      await expect.poll(() => events.heard, LATER).toEqual(['position 2']);
      await process(0).kill();
      const inside = places.filter(({ status }) => status === 'ACTIVE');
      for (const [i, place] of inside.slice(0, 2).entries()) {
        const { status } = await call(process(2 + i).url, 'DELETE', '/api/v1/token', undefined, bearer(place));
        expect(status).toBe(204);
      }
      await expect.poll(() => events.heard.at(-1), LATER).toBe('active 0');
      const { body } = await call<Place>(process(3).url, 'GET', '/api/v1/token', undefined, bearer(at(1)));
      expect(body.status).toBe('ACTIVE');
      await expect.poll(() => page(), LATER).toMatchObject({ active: 50, waiting: 1_948 });
      events.stop();
    });

    it('put everybody whom they let in into one record, once, in order, though one was killed', async () => {
      const read = async (after: number) =>
        (await call<RecordPage>(process(1).url, 'GET', `/api/v1/queue/main/admissions?after=${after}`)).body;
      // On a slow machine more of them: whoever does not show up within a minute makes room.
      await expect.poll(async () => (await read(0)).items.length, LATER).toBeGreaterThanOrEqual(52);
      const { items } = await read(0);
      expect(items.map(({ ticket }) => ticket)).toEqual(range(1, items.length));
      const { mine, later } = await check({ queueId: 'main', ticket: 52, seen: [], heldAt: 0 }, 0, read);
      expect([mine?.n, later.unexplained]).toEqual([52, 0]);
    });
  });
}

/** Enters as clients are told to: whoever reads 503 on a machine that is too busy asks again, which is safe. */
async function enter({ url }: Service, userId: string): Promise<Place> {
  for (const deadline = Date.now() + 50_000; ; ) {
    const { status, body } = await call<Place>(url, 'POST', '/api/v1/token/create', { userId });
    if (status === 200) return body;
    if (status !== 503 || Date.now() > deadline) throw new Error(`${userId} was answered ${status}`);
    await sleep(500 + 500 * Math.random());
  }
}

/** Reads an event stream: each event with its position, as long as it is not stopped. */
function listen(url: string, headers: Record<string, string>): { heard: string[]; stop: () => void } {
  const heard: string[] = [];
  const abort = new AbortController();
  const read = async () => {
    const response = await fetch(url, { headers, signal: abort.signal });
    let text = '';
    for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() as string;
      for (const block of blocks) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/m.exec(block) ?? [];
        if (event) heard.push(`${event} ${(JSON.parse(data as string) as Place).position}`);
      }
    }
  };
  read().catch(() => {});
  return { heard, stop: () => abort.abort() };
}
