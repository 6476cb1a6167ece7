import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import { ErrorReply } from 'redis';
import { StoreUnavailable } from '../../db/database.ts';
import { Breaker } from './breaker.ts';
import { type Connection, connectionTo } from './connection.ts';
import { keysOf } from './keys.ts';
import type { Script } from './scripts.ts';
import { TimeIsUp, within } from './within.ts';

export interface LinkOptions {
  /** After this a command counts as unanswered. */
  commandTimeoutMilliseconds: number;
  openTimeoutMilliseconds: number;
  log?: Pick<BaseLogger, 'warn' | 'info'>;
}

export const LINK_DEFAULTS: LinkOptions = { commandTimeoutMilliseconds: 500, openTimeoutMilliseconds: 3_000 };

/** Answers that say "not now", and of those the ones that will be said to everybody for a while. */
const NOT_NOW = /^(OOM|BUSY|TRYAGAIN|MISCONF|NOREPLICAS|UNKILLABLE|MAXCLIENTS|ERR max number of clients)/;
const NOT_FOR_A_WHILE = /^(LOADING|CLUSTERDOWN|MASTERDOWN|READONLY)/;
const NO_WRITES = /^(MISCONF|NOREPLICAS)/;

/** Whether Redis refused a command only because it would write. */
export const takesNoWrites = (error: unknown): boolean =>
  error instanceof StoreUnavailable && error.cause instanceof ErrorReply && NO_WRITES.test(error.cause.message);

/** After so many probes without an answer the connection itself is under suspicion. */
const PROBES_BEFORE_ANEW = 3;

/**
 * The line's way to Redis. A command is sent once and answered, or rejects with StoreUnavailable: within the command
 * timeout when the server is silent, and at once when it was silent before, until a probe finds it well again.
 */
export class RedisLink {
  readonly #url: string;
  readonly #options: LinkOptions;
  /** Trouble with the server, or in a Cluster with the server of one queue. */
  readonly #breakers = new Map<string, Breaker>();
  readonly #channels = new Map<string, (text: string) => void>();
  #connection: Connection | null = null;
  #lastFailure: Error | undefined;
  #opening: Promise<void> | null = null;
  #closed = false;

  constructor(url: string, options: LinkOptions = LINK_DEFAULTS) {
    this.#url = url;
    this.#options = options;
    void this.#openAnew();
  }

  /** Settles when the first connection stands, or after the time to open one. Commands may be sent before. */
  async opened(): Promise<void> {
    if (this.#opening) await within(this.#options.openTimeoutMilliseconds, this.#opening).catch(() => {});
  }

  /** Runs a command on the keys of a queue. @throws StoreUnavailable */
  async run(script: Script, queueId: string, args: readonly string[]): Promise<unknown> {
    const keys = keysOf(queueId);
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await this.#send(queueId, ['EVALSHA', script.sha, ...rest]);
    } catch (error) {
      // A server that has just started, or was told to forget its scripts. It has done nothing yet.
      if (!(error instanceof ErrorReply && error.message.startsWith('NOSCRIPT'))) throw error;
      return await this.#send(queueId, ['EVAL', script.source, ...rest]);
    }
  }

  /** What `INFO everything` says on each master. @throws StoreUnavailable */
  async info(): Promise<string[]> {
    if (!this.#connection) throw new StoreUnavailable('there is no connection to Redis');
    return within(this.#options.commandTimeoutMilliseconds, this.#connection.info()).catch((cause) => {
      throw new StoreUnavailable('Redis can not be asked now', { cause });
    });
  }

  /** Says something to whoever listens now; nobody, while there is no connection. */
  publish(channel: string, text: string): void {
    this.#connection?.publish(channel, text).catch(() => {});
  }

  /** Calls the listener whenever something is said on the channel; one listener a channel. */
  async subscribe(channel: string, listener: (text: string) => void): Promise<void> {
    this.#channels.set(channel, listener);
    await this.#connection?.subscribe(channel, listener);
  }

  async unsubscribe(channel: string): Promise<void> {
    this.#channels.delete(channel);
    await this.#connection?.unsubscribe(channel);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const breaker of this.#breakers.values()) breaker.stop();
    this.#connection?.destroy();
    this.#connection = null;
  }

  async #send(queueId: string, command: string[]): Promise<unknown> {
    const connection = this.#connection;
    if (!connection) throw new StoreUnavailable('there is no connection to Redis');
    if (this.#breakers.has(this.#whose(queueId))) throw new StoreUnavailable('Redis does not answer');
    try {
      const [key] = keysOf(queueId) as [string];
      return await within(this.#options.commandTimeoutMilliseconds, connection.send(key, command));
    } catch (error) {
      throw this.#translated(error, queueId);
    }
  }

  #translated(error: unknown, queueId: string): unknown {
    const said = error instanceof ErrorReply ? error.message : null;
    if (said !== null && !NOT_NOW.test(said) && !NOT_FOR_A_WHILE.test(said)) return error;
    if (said === null || NOT_FOR_A_WHILE.test(said)) {
      this.#lastFailure = error as Error;
      this.#trip(queueId);
    }
    return new StoreUnavailable('Redis can not be asked now', { cause: error });
  }

  /** A single server is in trouble for everybody, a server of a Cluster for its queues. */
  #whose(queueId: string): string {
    return this.#url.includes(',') ? queueId : '';
  }

  #trip(queueId: string): void {
    const whose = this.#whose(queueId);
    if (this.#closed || this.#breakers.has(whose)) return;
    const { log } = this.#options;
    log?.warn({ err: this.#lastFailure, queueId }, 'Redis does not answer; the line is closed until it does');
    const closed = () => {
      this.#breakers.delete(whose);
      log?.info({ queueId }, 'Redis answers again; the line goes on');
    };
    this.#breakers.set(whose, new Breaker((failures) => this.#probe(queueId, failures), closed));
  }

  async #probe(queueId: string, failures: number): Promise<boolean> {
    // A connection may hang while the server is well; a new one is tried beside it.
    if (failures > 0 && failures % PROBES_BEFORE_ANEW === 0) void this.#openAnew();
    const [key] = keysOf(queueId) as [string];
    const asked = this.#connection?.send(key, ['EXISTS', key]) ?? Promise.reject(new Error('no connection'));
    return within(this.#options.commandTimeoutMilliseconds, asked).then(
      () => true,
      () => false,
    );
  }

  /** Says what an operator should change. */
  async #look(connection: Connection): Promise<void> {
    for (const info of await connection.info()) {
      const value = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
      const version = value('redis_version') ?? '7';
      if (Number.parseInt(version, 10) < 7) {
        this.#options.log?.warn(`Redis ${version} is too old for the line: install 7.0 or newer`);
      }
      if ((value('maxmemory_policy') ?? 'noeviction') === 'noeviction') continue;
      this.#options.log?.warn('Redis may evict the line when memory is short: set its maxmemory-policy to noeviction');
    }
  }

  /** Opens a connection, however long it takes, and only then lets go of the one before. */
  #openAnew(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<void> {
    for (let pause = 50; !this.#closed; pause = Math.min(2_000, pause * 2)) {
      const connection = connectionTo(this.#url, (error) => {
        this.#lastFailure = error;
      });
      try {
        await within(this.#options.openTimeoutMilliseconds, connection.open());
        await this.#use(connection);
        return;
      } catch (error) {
        connection.destroy();
        const err = error instanceof TimeIsUp ? (this.#lastFailure ?? error) : error;
        if (!this.#closed) this.#options.log?.warn({ err }, 'there is no connection to Redis yet; trying again');
      }
      await sleep(pause * (0.5 + Math.random() / 2), undefined, { ref: false });
    }
  }

  async #use(connection: Connection): Promise<void> {
    if (this.#closed) return connection.destroy();
    this.#look(connection).catch(() => {}); // a master that is down can't be looked at, and must not hold up the others
    const before = this.#connection;
    this.#connection = connection;
    before?.destroy();
    // Whoever listens is told now and then anyway, so a subscription that fails costs them a little time only.
    for (const [channel, listener] of this.#channels) connection.subscribe(channel, listener).catch(() => {});
  }
}
