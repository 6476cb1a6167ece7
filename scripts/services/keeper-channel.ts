// The owner's end of the channel to the keeper: requests with answers, and no hold on the owner's exit in between.
import type { ChildProcess } from 'node:child_process';
import type { FromKeeper, FromOwner, Outcomes, Request } from './messages.ts';

interface Pending {
  resolve(outcomes: Outcomes | undefined): void;
  reject(error: Error): void;
}

export class KeeperChannel {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #gone: Promise<void>;
  #lastId = 0;
  #stopped: Promise<void> | undefined;
  onSay: (line: string) => void = () => {};

  constructor(keeper: ChildProcess) {
    this.#process = keeper;
    keeper.on('message', (message: FromKeeper) => this.#receive(message));
    this.#gone = new Promise((resolve) => {
      const gone = () => {
        for (const { reject } of this.#pending.values()) reject(new Error('the keeper of the services has ended'));
        this.#pending.clear();
        resolve();
      };
      keeper.once('exit', gone);
      keeper.once('error', gone);
    });
    this.#letOwnerExit(true);
  }

  ask(request: Request): Promise<Outcomes | undefined> {
    const id = ++this.#lastId;
    const answered = new Promise<Outcomes | undefined>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
    this.#letOwnerExit(false);
    const message: FromOwner = { id, request };
    this.#process.send(message, (error) => {
      if (error) this.#settle(id)?.reject(error);
    });
    return answered;
  }

  /** Resolves when the services have stopped and the keeper is gone, also when it was gone before. */
  stop(keepData: boolean): Promise<void> {
    this.#stopped ??= (async () => {
      if (this.#process.exitCode === null && this.#process.signalCode === null) {
        await this.ask({ do: 'stop', keepData }).catch(() => {});
        this.#letOwnerExit(false);
        if (this.#process.connected) this.#process.disconnect();
      }
      await this.#gone;
    })();
    return this.#stopped;
  }

  #receive(message: FromKeeper): void {
    if ('say' in message) {
      this.onSay(message.say);
      return;
    }
    const pending = this.#settle(message.id);
    if (message.error !== undefined) pending?.reject(new Error(message.error));
    else pending?.resolve(message.outcomes);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#letOwnerExit(true);
    return pending;
  }

  // An owner that forgets to stop its services still comes to its end, and they with it.
  #letOwnerExit(allowed: boolean): void {
    if (allowed) {
      this.#process.unref();
      this.#process.channel?.unref();
    } else {
      this.#process.ref();
      this.#process.channel?.ref();
    }
  }
}
