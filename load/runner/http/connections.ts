// The connections of one virtual user: as many to an origin as it has requests under way there.
import type { ConnectSettings } from './connect.ts';
import { Connection } from './connection.ts';
import type { Target } from './target.ts';

export class Connections {
  readonly #settings: ConnectSettings;
  readonly #byOrigin = new Map<string, Connection[]>();

  constructor(settings: ConnectSettings) {
    this.#settings = settings;
  }

  /** A connection that is free: one that is open already, if there is one. */
  take(target: Target): Connection {
    const known = this.#byOrigin.get(target.origin);
    const free = known?.find((connection) => !connection.busy && !connection.closed);
    if (free) return free;
    const made = new Connection(target.url, this.#settings);
    const alive = known?.filter((connection) => !connection.closed) ?? [];
    this.#byOrigin.set(target.origin, [...alive, made]);
    return made;
  }

  takeTraffic(): { sent: number; received: number } {
    const total = { sent: 0, received: 0 };
    for (const connections of this.#byOrigin.values()) {
      for (const connection of connections) {
        const { sent, received } = connection.takeTraffic();
        total.sent += sent;
        total.received += received;
      }
    }
    return total;
  }

  close(): void {
    for (const connections of this.#byOrigin.values()) for (const connection of connections) connection.close();
    this.#byOrigin.clear();
  }
}
