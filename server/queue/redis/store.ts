import type { QueueLedger } from '../ledger.ts';
import type { EnterRequest, Place, QueueSettings, QueueStore, StatusRequest } from '../store.ts';
import { Draws } from './draws.ts';
import { type RedisLink, takesNoWrites } from './link.ts';
import { fieldsOf, Lives } from './lives.ts';
import { byQueue, toDrawing, toPlaces, toSettings, toStats } from './replies.ts';
import { loadScripts, type Script } from './scripts.ts';
import { settled } from './settled.ts';
import { Ticks } from './ticks.ts';

/** Settings of a queue that nobody has configured yet. */
export interface NewQueue {
  cap: number;
  activeSeconds: number;
  noShowSeconds: number;
}

/** Most users of one call: a millisecond or two, during which Redis does nothing else. */
const MOST_A_CALL = 512;

/** The line in Redis. Each command is the script of the same name beside this file, run once a queue. */
export function redisQueueStore(link: RedisLink, ledger: QueueLedger, fresh: NewQueue): QueueStore {
  const scripts = loadScripts();
  const lives = new Lives(link, scripts, ledger);
  const newSettings = (queueId: string): QueueSettings => ({
    queueId,
    ...fresh,
    state: 'OPEN',
    releaseOnConfirm: false,
  });

  /** Runs a command about users: queue by queue at once, within a queue in order. Answers in order of the requests. */
  async function ask<R extends EnterRequest, A>(
    requests: readonly R[],
    script: Script,
    first: string[],
    argsOf: (request: R) => string[],
    answersOf: (reply: unknown[], requests: readonly R[]) => A[],
    none: A,
  ): Promise<A[]> {
    const answers = requests.map(() => none);
    const queues = byQueue(requests).map(async ({ queueId, indexes }) => {
      for (let from = 0; from < indexes.length; from += MOST_A_CALL) {
        const some = indexes.slice(from, from + MOST_A_CALL);
        const asked = some.map((i) => requests[i] as R);
        const reply = await lives.run(script, queueId, [...first, ...asked.flatMap(argsOf)]);
        if (reply) for (const [n, answer] of answersOf(reply, asked).entries()) answers[some[n] as number] = answer;
      }
    });
    await settled(queues);
    return answers;
  }

  const placesOf = (reply: unknown[], asked: readonly EnterRequest[]): (Place | null)[] => {
    const places = toPlaces(reply, asked);
    for (const place of places) if (place) lives.saw(place.queueId, place.ticket);
    return places;
  };
  const had = (reply: unknown[]): boolean[] => reply.map((one) => one === 1);

  const draws = new Draws(lives, scripts, ledger);
  const ticks = new Ticks(lives, scripts, ledger, draws);

  return {
    async enter(requests, admits = true) {
      await settled(byQueue(requests).map(({ queueId }) => lives.open(newSettings(queueId))));
      for (const { queueId } of requests) ticks.someoneIn(queueId);
      const args = (request: EnterRequest) => [request.userId];
      const places = await ask(requests, scripts.enter, [admits ? '1' : '0'], args, placesOf, null);
      return places as Place[];
    },

    status(requests, seen) {
      const args = ({ userId, ticket = 0 }: StatusRequest) => [userId, String(ticket)];
      return ask(requests, scripts.status, [seen ? '1' : '0'], args, placesOf, null).catch((error) => {
        if (!takesNoWrites(error)) throw error;
        return ask(requests, scripts.look, [], ({ userId }) => [userId], placesOf, null);
      });
    },

    leave(requests) {
      return ask(requests, scripts.leave, [], ({ userId, ticket = 0 }) => [userId, String(ticket)], had, false);
    },

    prioritise(requests) {
      return ask(requests, scripts.prioritise, [], ({ userId }) => [userId], had, false);
    },

    async ended(queueId, since) {
      const reply = ((await lives.run(scripts.ended, queueId, [String(since.getTime())])) ?? []) as string[];
      const ended: { userId: string; at: Date }[] = [];
      for (let i = 0; i < reply.length; i += 2) {
        ended.push({ userId: reply[i] as string, at: new Date(Number(reply[i + 1])) });
      }
      return ended;
    },

    admit: (queueIds) => ticks.run(queueIds),

    async stats(queueIds) {
      const replies = await Promise.all(queueIds.map((queueId) => lives.run(scripts.stats, queueId, [])));
      return replies.map((reply, i) => reply && toStats(queueIds[i] as string, reply));
    },

    async configure(queueId, patch, seed) {
      await lives.open(newSettings(queueId));
      if (seed !== undefined) {
        await draws.finishUnfinished(queueId);
        await ledger.commitDraw(queueId, seed);
      }
      const args = [seed === undefined ? '0' : '1', ...fieldsOf(patch)];
      const reply = (await lives.run(scripts.configure, queueId, args)) as unknown[];
      const settings = toSettings(queueId, reply);
      const drawing = toDrawing(reply);
      // Before the state: a queue that is noted as open has no draw to be revealed.
      if (drawing) await ledger.noteDraw(queueId, drawing.firstTicket, drawing.lastTicket);
      await ledger.configure(settings);
      if (drawing && drawing.lastTicket !== null) {
        await draws.finish(queueId, drawing.firstTicket, drawing.lastTicket);
        await ticks.run([queueId]);
      }
      return settings;
    },

    draws: (queueId) => ledger.draws(queueId),
  };
}
