import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Webhook, type WebhookOptions } from '../../server/events/consumers/webhook.ts';
import type { DomainEvent } from '../../server/events/event.ts';
import { BUSES, type World } from './support/buses.ts';
import { append, count } from './support/outbox.ts';
import { Receiver } from './support/receiver.ts';
import { QUICK } from './support/recorder.ts';
import { until } from './support/until.ts';

const SECRET = 'a secret that both know';

const event = (eventId: number, key = 'k'): DomainEvent => ({
  eventId,
  topic: 'reservations',
  key,
  type: 'reservation.confirmed',
  payload: { 자리: 'A열 1번' },
  at: new Date('2026-01-02T03:04:05.678Z'),
});

/** What a receiver does with the header, as the documentation tells it. */
function believes(header: string, body: string): boolean {
  const [, seconds, signed] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const expected = createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex');
  return signed === expected && Math.abs(Date.now() / 1000 - Number(seconds)) < 300;
}

describe('the webhook', () => {
  let receiver: Receiver;
  const webhook = (options: Partial<WebhookOptions> = {}) =>
    new Webhook({ url: receiver.url, secret: SECRET, ...options });
  beforeEach(async () => {
    receiver = new Receiver();
    await receiver.start();
  });
  afterEach(() => receiver.stop());

  it('posts an event whole, with its id and a signature', async () => {
    expect(await webhook().handle([event(42)])).toEqual([null]);
    const [call] = receiver.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/hooks/jari?from=1' });
    expect(call?.headers).toMatchObject({ 'content-type': 'application/json', 'jari-event-id': '42' });
    expect(JSON.parse(call?.body ?? '')).toEqual({ ...event(42), at: '2026-01-02T03:04:05.678Z' });
    const header = String(call?.headers['jari-signature']);
    expect(believes(header, call?.body ?? '')).toBe(true);
    expect(believes(header, `${call?.body} `)).toBe(false);
  });

  it.each([301, 302, 307, 308, 400, 404, 429, 500, 503])('does not count on an answer of %d', async (status) => {
    const elsewhere = new Receiver();
    await elsewhere.start();
    receiver.answer = (_, response) => response.writeHead(status, { location: elsewhere.url }).end('no');
    const [outcome] = await webhook().handle([event(1)]);
    expect(outcome?.message).toBe(`the receiver answered ${status}`);
    // What is signed for one receiver never goes where it points to.
    expect(elsewhere.calls).toEqual([]);
    await elsewhere.stop();
  });

  it.each([200, 201, 202, 204])('is content with %d', async (status) => {
    receiver.answer = (_, response) => response.writeHead(status).end();
    expect(await webhook().handle([event(1)])).toEqual([null]);
  });

  it('fails the event alone that was not taken', async () => {
    receiver.answer = (call, response) => {
      response.writeHead(call.headers['jari-event-id'] === '2' ? 500 : 204).end();
    };
    const outcomes = await webhook().handle([event(1, 'a'), event(2, 'b'), event(3, 'c')]);
    expect(outcomes.map((outcome) => outcome?.message ?? null)).toEqual([null, 'the receiver answered 500', null]);
  });

  it('does not wait for ever for an answer', async () => {
    receiver.answer = () => {};
    const [outcome] = await webhook({ timeoutMilliseconds: 100 }).handle([event(1)]);
    expect(outcome?.message).toMatch(/^the receiver could not be reached: .*timeout/);
  });

  it('does not read an answer that never ends, and believes its status', async () => {
    receiver.answer = (_, response) => {
      response.writeHead(200);
      const more = () => !response.destroyed && response.write('x'.repeat(10_000)) && setImmediate(more);
      response.on('drain', more);
      more();
    };
    expect(await webhook({ timeoutMilliseconds: 20_000 }).handle([event(1)])).toEqual([null]);
    receiver.answer = (_, response) => void response.writeHead(200).write('and then nothing');
    expect(await webhook({ timeoutMilliseconds: 2_000 }).handle([event(2)])).toEqual([null]);
  });

  it('says why a receiver could not be reached', async () => {
    const [cut] = await (async () => {
      receiver.answer = (_, response) => response.destroy();
      return webhook().handle([event(1)]);
    })();
    expect(cut?.message).toBe('the receiver could not be reached: UND_ERR_SOCKET');
    const gone = webhook();
    await receiver.stop();
    const [refused] = await gone.handle([event(1)]);
    expect(refused?.message).toBe('the receiver could not be reached: ECONNREFUSED');
    const [nowhere] = await webhook({ url: 'http://no-such-host.invalid/' }).handle([event(1)]);
    expect(nowhere?.message).toMatch(/^the receiver could not be reached: (ENOTFOUND|EAI_AGAIN)$/);
    await receiver.start();
  });

  it('keeps its connections', async () => {
    receiver.answer = (_, response) => {
      response.writeHead(200).flushHeaders();
      setTimeout(() => response.end('{"received":true}'), 5);
    };
    const one = webhook({ concurrency: 4 });
    for (let round = 0; round < 20; round++) {
      const batch = Array.from({ length: one.batchSize }, (_, i) => event(round * 4 + i, `key-${i}`));
      expect(await one.handle(batch)).toEqual([null, null, null, null]);
    }
    expect(receiver.calls).toHaveLength(80);
    expect(receiver.connections).toBeLessThanOrEqual(8);
  });
});

for (const { name, missing, open } of BUSES) {
  describe.skipIf(missing)(`the webhook on a bus: ${name}`, () => {
    let world: World;
    let receiver: Receiver;
    beforeAll(async () => {
      world = await open();
    });
    beforeEach(async () => {
      await world.reset();
      receiver = new Receiver();
      await receiver.start();
    });
    afterEach(() => receiver.stop());
    afterAll(() => world.dispose());
    const idsAt = (path: Receiver) => path.calls.map(({ headers }) => Number(headers['jari-event-id']));

    it('tells everything in order per key, across errors, a receiver that is away and one that is slow', async () => {
      const failures: ((response: Parameters<Receiver['answer']>[1]) => void)[] = [
        (response) => response.writeHead(500).end(),
        () => {}, // Never answers.
        (response) => response.destroy(),
      ];
      const taken: { id: number; key: string }[] = [];
      receiver.answer = ({ headers, body }, response) => {
        const fail = failures.shift();
        if (fail) return fail(response);
        taken.push({ id: Number(headers['jari-event-id']), key: (JSON.parse(body) as DomainEvent).key });
        response.writeHead(204).end();
      };
      const retry = { ...QUICK, maxAttempts: 100 };
      const webhook = new Webhook({
        url: receiver.url,
        secret: SECRET,
        timeoutMilliseconds: 200,
        concurrency: 4,
        retry,
      });
      const { relay } = world.join(webhook);
      const ids = await append(
        world.database,
        Array.from({ length: 24 }, (_, i) => ({ key: `key-${i % 4}` })),
      );
      await relay.run();
      await until('some have arrived', () => taken.length > 4);
      await receiver.stop();
      await sleep(100);
      await receiver.start();
      await until('all have arrived', () => new Set(taken.map(({ id }) => id)).size === ids.length);
      // A receiver may hear of an event again (its answer was lost), never of a later one first.
      for (const key of ['key-0', 'key-1', 'key-2', 'key-3']) {
        const firsts = [...new Set(taken.filter((call) => call.key === key).map(({ id }) => id))];
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
        expect(firsts).toHaveLength(6);
      }
      expect(await count(world.database, 'dead_letters')).toBe(0);
    });

    it('gives up what a receiver refuses again and again', async () => {
      receiver.answer = (_, response) => response.writeHead(422).end('unknown type');
      const { relay } = world.join(new Webhook({ url: receiver.url, secret: SECRET, retry: QUICK }));
      const [id] = await append(world.database, [{ key: 'a' }]);
      await relay.run();
      await until('it is given up', async () => (await count(world.database, 'dead_letters')) === 1);
      expect(idsAt(receiver)).toEqual([id, id, id]);
      expect(await world.database.query('SELECT consumer, error, attempts FROM dead_letters')).toEqual([
        { consumer: 'webhook', error: 'the receiver answered 422', attempts: 3 },
      ]);
    });
  });
}
