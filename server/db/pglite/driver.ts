import { Worker } from 'node:worker_threads';
import { Mutex } from '../../lib/mutex.ts';
import { type Database, DatabaseError, type Row, type Sql, StoreUnavailable, saysNotNow } from '../database.ts';
import { lockFolder } from './folder-lock.ts';
import type { Answer, Call } from './messages.ts';

type Unsent = { [K in Call['kind']]: Omit<Extract<Call, { kind: K }>, 'id'> }[Call['kind']];

/**
 * Opens (or creates) the embedded database in a folder, exclusively.
 * @throws FolderInUse when another process has it open
 */
export async function openPglite(folder: string): Promise<Database> {
  const unlock = lockFolder(folder);
  const link = new WorkerLink(folder, unlock);
  try {
    await link.ready;
  } catch (error) {
    await link.end();
    throw error;
  }
  return new PgliteDatabase(link);
}

/** Calls to the worker thread and their answers. */
class WorkerLink {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #unlock: () => void;
  readonly #pending = new Map<number, { resolve: (rows: Row[]) => void; reject: (error: Error) => void }>();
  #lastId = 0;
  #lost: Error | null = null;

  constructor(folder: string, unlock: () => void) {
    this.#unlock = unlock;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { folder } });
    this.ready = new Promise((resolve, reject) => this.#pending.set(0, { resolve: () => resolve(), reject }));
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#lose(error as Error));
    this.#worker.on('exit', (code) => this.#lose(new Error(`the database thread ended (${code})`)));
  }

  send(call: Unsent): Promise<Row[]> {
    if (this.#lost) return Promise.reject(new StoreUnavailable('the embedded database is gone', { cause: this.#lost }));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ ...call, id });
    });
  }

  activeMilliseconds(): number {
    return this.#worker.performance.eventLoopUtilization().active;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#unlock();
  }

  #settle(answer: Answer): void {
    const waiting = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.error) waiting?.reject(translated(answer.error));
    else waiting?.resolve(answer.rows);
  }

  #lose(cause: Error): void {
    this.#lost ??= cause;
    for (const { reject } of this.#pending.values()) {
      reject(new StoreUnavailable('the embedded database was lost', { cause }));
    }
    this.#pending.clear();
  }
}

/** A full disk is no defect: it passes. */
function translated({ code, message }: { code: string; message: string }): Error {
  const cause = new DatabaseError(code, message);
  return saysNotNow(code) ? new StoreUnavailable('the embedded database can not do this now', { cause }) : cause;
}

/**
 * One connection. Its thread takes calls in the order they were sent, so that the next one is there when one is done,
 * however busy the event loop is; only a transaction has the connection alone.
 */
class PgliteDatabase implements Database {
  readonly kind = 'pglite';
  readonly #link: WorkerLink;
  readonly #turn = new Mutex();
  #closing: Promise<void> | null = null;

  constructor(link: WorkerLink) {
    this.#link = link;
  }

  query<R extends Row>(text: string, params: readonly unknown[] = []): Promise<R[]> {
    return this.#next(() => this.#ask<R>(text, params));
  }

  async execute(script: string): Promise<void> {
    await this.#next(() => this.#link.send({ kind: 'script', text: script }));
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#turn.run(async () => {
      await this.#ask('BEGIN', []);
      try {
        const result = await work({ query: (text, params = []) => this.#ask(text, params) });
        await this.#ask('COMMIT', []);
        return result;
      } catch (error) {
        await this.#ask('ROLLBACK', []).catch(() => {});
        throw error;
      }
    });
  }

  threadMilliseconds(): number {
    return this.#link.activeMilliseconds();
  }

  close(): Promise<void> {
    this.#closing ??= this.#turn.run(async () => {
      await this.#link.send({ kind: 'close' }).catch(() => {});
      await this.#link.end();
    });
    return this.#closing;
  }

  /** Sends a call when no transaction is under way, and waits for its answer without keeping others from sending. */
  async #next<T>(send: () => Promise<T>): Promise<T> {
    const sent = await this.#turn.run(async () => ({ answer: send() }));
    return sent.answer;
  }

  #ask<R extends Row>(text: string, params: readonly unknown[]): Promise<R[]> {
    return this.#link.send({ kind: 'query', text, params }) as Promise<R[]>;
  }
}
