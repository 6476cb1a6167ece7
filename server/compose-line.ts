import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { Gossip } from './lib/gossip.ts';
import type { AdmissionRecord } from './queue/receipts/record.ts';
import { LINK_DEFAULTS, RedisLink } from './queue/redis/link.ts';
import { redisAdmissionRecord } from './queue/redis/record.ts';
import { redisQueueSignals } from './queue/redis/signals.ts';
import { redisQueueStore } from './queue/redis/store.ts';
import type { QueueSignals } from './queue/signals.ts';
import { sqlQueueLedger } from './queue/sql/ledger.ts';
import { sqlAdmissionRecord } from './queue/sql/record.ts';
import { sqlQueueSignals } from './queue/sql/signals.ts';
import { sqlQueueStore } from './queue/sql/store.ts';
import type { QueueStore } from './queue/store.ts';

export interface Line {
  store: QueueStore;
  signals: QueueSignals;
  /** Who was admitted, for everybody to see. */
  record: AdmissionRecord;
  /** What Redis says of itself, a master each; null where the line is not there. */
  redisInfo: (() => Promise<string[]>) | null;
  /** By which the processes tell each other what they count; null where each counts for itself. */
  gossip: Gossip | null;
  /** Settles when commands can be sent, or after a while: a line that can't be reached yet stops nobody from starting. */
  opened(): Promise<void>;
  stop(): void;
}

export interface Databases {
  requests: Database;
  /** For what nobody waits for. */
  background: Database;
}

/** The line on the store that the settings name. */
export function composeLine(config: Config, { requests, background }: Databases, log: Logger): Line {
  const { queueCap: cap, activeSeconds, noShowSeconds, redisUrl } = config;
  const fresh = { cap, activeSeconds, noShowSeconds };
  if (!redisUrl) {
    return {
      store: sqlQueueStore(requests, fresh),
      signals: sqlQueueSignals(requests),
      record: sqlAdmissionRecord(requests, background),
      redisInfo: null,
      gossip: null,
      opened: async () => {},
      stop: () => {},
    };
  }
  const ledger = sqlQueueLedger(background);
  const link = new RedisLink(redisUrl, { ...LINK_DEFAULTS, log });
  return {
    store: redisQueueStore(link, ledger, fresh),
    signals: redisQueueSignals(link),
    record: redisAdmissionRecord(link, ledger, sqlAdmissionRecord(requests, background)),
    redisInfo: () => link.info(),
    gossip: {
      tell: (topic, text) => link.publish(`jari:${topic}`, text),
      // Until it is connected it hears nothing, and then it does.
      hear: (topic, listener) => void link.subscribe(`jari:${topic}`, listener).catch(() => {}),
    },
    opened: () => link.opened(),
    stop: () => link.close(),
  };
}
