// What every private service is to the code that starts it, and the words shared by owner and keeper.

export const SERVICE_NAMES = ['postgres', 'redis', 'redis-cluster', 'kafka'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The environment variable of jari that each service's URL goes into. */
export const URL_VARIABLE = {
  postgres: 'DATABASE_URL',
  redis: 'REDIS_URL',
  'redis-cluster': 'REDIS_CLUSTER_URL',
  kafka: 'KAFKA_BROKERS',
} as const satisfies Record<ServiceName, string>;
export type UrlVariable = (typeof URL_VARIABLE)[ServiceName];

/** `everysec` may lose the last second when Redis is killed; `always` may not, and costs a sync a write. */
export type AppendFsync = 'everysec' | 'always';

export interface StartOptions {
  readonly appendfsync: AppendFsync;
  /** Data found in the folder is used again, and stays there after stop. */
  readonly keepData: boolean;
}

/** Where a service keeps its files, and how it tells what takes long. */
export interface Surroundings {
  /** The run's folder; each service makes its own beneath it. */
  readonly folder: string;
  readonly options: StartOptions;
  /** One line for a person who waits. */
  say(line: string): void;
}

export interface RunningService {
  readonly url: string;
  /** The folders to delete once it has stopped. */
  readonly folders: readonly string[];
  /** Process ids of what runs now, for the clean-up after a crash of the keeper. */
  pids(): number[];
  /** SIGKILL, children included; `node` picks one of a cluster. Resolves when they are gone. */
  kill(node?: number): Promise<void>;
  /** Starts what is not running, on the same port with the same data. Resolves when it answers. */
  restart(): Promise<void>;
  /** SIGSTOP, children included: alive, connected, and silent. */
  freeze(): void;
  thaw(): void;
  /** Asks it to stop, and kills it if it does not. Never throws. */
  stop(): Promise<void>;
}

export type StartService = (surroundings: Surroundings) => Promise<RunningService>;

/** The service can't be had on this machine; the message says what to do about it. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

export type Outcome =
  | { readonly state: 'up'; readonly url: string; readonly given: boolean; readonly startMs: number }
  | { readonly state: 'unavailable'; readonly reason: string };
