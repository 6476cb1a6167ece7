// Whether every event came to every consumer, by what the database and the receiver know.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database, Row } from '../../server/db/database.ts';

interface Missing extends Row {
  what: string;
}

/** Topics by consumer, as the service subscribes them. */
export const CONSUMERS = { 'sales-ranking': ['reservations'], webhook: ['reservations', 'wallets'] };

const MISSING = `
  SELECT format('event %s (%s of %s) never came to %s', o.event_id, o.type, o.key, c.name) AS what
  FROM outbox o JOIN jsonb_to_recordset($1::jsonb) c(name text, topics jsonb) ON c.topics ? o.topic
  WHERE NOT EXISTS (SELECT FROM inbox i WHERE i.event_id = o.event_id AND i.consumer = c.name)
    AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.event_id = o.event_id AND l.consumer = c.name)
  UNION ALL
  SELECT format('event %s (%s of %s) was never published', event_id, type, key) FROM outbox WHERE published_at IS NULL
  UNION ALL
  SELECT format('event %s still waits for %s: %s', event_id, consumer, last_error) FROM deliveries`;

/** Events that a consumer neither applied nor gave up into the dead letters, and those still on their way. */
export async function undelivered(database: Pick<Database, 'query'>): Promise<string[]> {
  const consumers = Object.entries(CONSUMERS).map(([name, topics]) => ({ name, topics }));
  return (await database.query<Missing>(MISSING, [JSON.stringify(consumers)])).map(({ what }) => what);
}

/** Events that count as delivered to the webhook, and were not received. @param received event ids */
export async function unreceived(database: Pick<Database, 'query'>, received: ReadonlySet<number>): Promise<string[]> {
  const delivered = await database.query<{ event_id: number }>(
    `SELECT event_id FROM inbox WHERE consumer = 'webhook' ORDER BY event_id`,
  );
  return delivered.flatMap(({ event_id }) =>
    received.has(event_id) ? [] : [`event ${event_id} counts as received by the webhook, and never came`],
  );
}

/** The other system that the webhook tells: notes the ids of events. */
export class Receiver {
  readonly received = new Set<number>();
  /** How often an event came that had come before. */
  repeated = 0;
  readonly #server: Server = createServer((request, response) => {
    request.resume().once('end', () => {
      const id = Number(request.headers['jari-event-id']);
      if (this.received.has(id)) this.repeated++;
      this.received.add(id);
      response.end();
    });
  });

  /** @returns its URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
