import type { QueueSignals } from '../signals.ts';
import { channelOf } from './keys.ts';
import type { RedisLink } from './link.ts';

/** A message may be lost with a connection; then listeners look after so long. */
const MILLISECONDS_BETWEEN_LOOKS = 5_000;

/** Signals over Redis' pub/sub: the scripts publish on the queue's channel in the step that moves it. */
export function redisQueueSignals(link: RedisLink): QueueSignals {
  const queues = new Map<string, { listeners: Set<() => void>; timer: NodeJS.Timeout }>();

  function open(queueId: string) {
    const listeners = new Set<() => void>();
    const tell = () => {
      for (const moved of listeners) moved();
    };
    const queue = { listeners, timer: setInterval(tell, MILLISECONDS_BETWEEN_LOOKS).unref() };
    queues.set(queueId, queue);
    // What moved between the listener's first look and the subscription was not heard of.
    link.subscribe(channelOf(queueId), tell).then(tell, () => {});
    return queue;
  }

  function close(queueId: string): void {
    clearInterval(queues.get(queueId)?.timer);
    queues.delete(queueId);
    link.unsubscribe(channelOf(queueId)).catch(() => {});
  }

  return {
    subscribe(queueId, moved) {
      const queue = queues.get(queueId) ?? open(queueId);
      queue.listeners.add(moved);
      return () => {
        queue.listeners.delete(moved);
        if (queue.listeners.size === 0 && queues.get(queueId) === queue) close(queueId);
      };
    },
  };
}
