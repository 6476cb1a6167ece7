// The checks of events notice what they are there to notice.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Receiver, undelivered, unreceived } from '../../scripts/crash/deliveries.ts';
import { PGLITE, POSTGRES, type TestDatabase } from '../support/databases.ts';

let test: TestDatabase;
let reservation: number;
let charge: number;
beforeAll(async () => {
  test = await (POSTGRES.missing ? PGLITE : POSTGRES).open();
});
afterAll(() => test?.dispose());
beforeEach(async () => {
  await test.database.execute('TRUNCATE outbox, inbox, deliveries, dead_letters');
  reservation = await appended('reservations');
  charge = await appended('wallets');
  for (const [id, consumer] of [
    [reservation, 'sales-ranking'],
    [reservation, 'webhook'],
    [charge, 'webhook'],
  ] as const)
    await query('INSERT INTO inbox (event_id, consumer) VALUES ($1, $2)', id, consumer);
});

const query = (text: string, ...params: unknown[]) => test.database.query(text, params);
const found = () => undelivered(test.database);

async function appended(topic: string): Promise<number> {
  const [row] = await test.database.query<{ event_id: number }>(
    `INSERT INTO outbox (topic, key, type, payload, published_at) VALUES ($1, 'a', 'happened', '{}', clock_timestamp())
     RETURNING event_id`,
    [topic],
  );
  return row?.event_id as number;
}

describe('the checker of events', () => {
  it('has nothing to say when each came to each that listens to it', async () => {
    expect(await found()).toEqual([]);
    expect(await unreceived(test.database, new Set([reservation, charge]))).toEqual([]);
  });

  it('notices an event that never came to one of its consumers', async () => {
    await query(`DELETE FROM inbox WHERE consumer = 'webhook' AND event_id = $1`, charge);
    expect(await found()).toEqual([`event ${charge} (happened of a) never came to webhook`]);
    await query(`DELETE FROM inbox WHERE consumer = 'sales-ranking'`);
    expect(await found()).toHaveLength(2);
  });

  it('takes a dead letter for delivered', async () => {
    await query('DELETE FROM inbox WHERE event_id = $1', charge);
    await query(
      `INSERT INTO dead_letters (consumer, event_id, topic, key, type, payload, attempts, error)
       VALUES ('webhook', $1, 'wallets', 'a', 'happened', '{}', 3, 'no')`,
      charge,
    );
    expect(await found()).toEqual([]);
  });

  it('notices an event that was never published, and one that still waits', async () => {
    await query('UPDATE outbox SET published_at = NULL WHERE event_id = $1', charge);
    expect(await found()).toEqual([`event ${charge} (happened of a) was never published`]);
    await query(
      `INSERT INTO deliveries (consumer, topic, key, event_id, next_attempt_at, last_error)
       VALUES ('webhook', 'wallets', 'a', $1, clock_timestamp(), 'refused')`,
      charge,
    );
    expect(await found()).toContain(`event ${charge} still waits for webhook: refused`);
  });

  it('notices what counts as received and never came', async () => {
    const receiver = new Receiver();
    const url = await receiver.start();
    await fetch(url, { method: 'POST', headers: { 'jari-event-id': String(charge) }, body: '{}' });
    receiver.stop();
    expect(await unreceived(test.database, receiver.received)).toEqual([
      `event ${reservation} counts as received by the webhook, and never came`,
    ]);
  });
});
