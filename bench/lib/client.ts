import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A load-generating process of our own that is told what to do and answers with figures. */
export interface Client<Order, Figures> {
  ask(order: Order): Promise<Figures>;
  stop(): Promise<void>;
}

/** @param name a file in bench/clients that answers each message of its parent with one message */
export function startClient<Order extends object, Figures>(name: string): Client<Order, Figures> {
  const child = fork(join(import.meta.dirname, '../clients', `${name}.ts`), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    async ask(order) {
      const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the client ${name} ended`)));
      child.send(order);
      const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Figures & { error?: string }];
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null) return;
      // Its connections would keep it alive.
      child.kill();
      await once(child, 'exit');
    },
  };
}
