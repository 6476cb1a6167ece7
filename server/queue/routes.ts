import { Nothing } from '../../contract/common.ts';
import {
  Draws,
  EnterBody,
  PlaceEvents,
  PlaceQuery,
  PlaceWithToken,
  QueueOverview,
  QueueParams,
} from '../../contract/queue.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { type Identity, lineOf } from '../identity/identity.ts';
import { Failure } from '../lib/failure.ts';
import { type App, answered, idempotencyKey, type Routes } from '../lib/http.ts';
import { type Gate, OPEN_GATE } from './challenge/gate.ts';
import { EventStreams } from './event-streams.ts';
import type { Queue } from './queue.ts';
import { StreamLimits } from './stream-limits.ts';
import { drawView, type PlaceView, passOf } from './views.ts';

const TOKEN = '/api/v1/token';

/** Which place a request means. */
interface Asked {
  userId: string;
  queueId: string;
  /** When a queue token names one; without, whichever the user has. */
  ticket: number | undefined;
  sent: SentToken | undefined;
}

interface SentToken {
  token: string;
  ticket: number;
  insideUntil: Date | undefined;
}

type WithToken = (place: PlaceView, sent?: SentToken) => PlaceView & { token: string };

/** @param streamsPerAddress event streams that one address may have open here; 0 is no limit */
export function queueRoutes(
  queue: Queue,
  identity: Identity,
  idempotency: Idempotency,
  streamsPerAddress = 0,
  gate: Gate = OPEN_GATE,
): Routes {
  /** Whoever sent a token gets it back, unless they are inside and it does not prove until when, or it was drawn since. */
  const withToken: WithToken = (place, sent) => {
    const pass = passOf(place);
    const proven =
      sent?.ticket === pass.ticket && (!pass.insideUntil || pass.insideUntil.getTime() === sent.insideUntil?.getTime());
    return { ...place, token: proven ? sent.token : identity.sign(pass) };
  };

  async function asked(
    authorization: string | undefined,
    query: { userId?: string; queueId?: string },
  ): Promise<Asked> {
    const caller = await identity.holder(authorization);
    const userId = caller?.userId ?? query.userId;
    if (userId === undefined) {
      throw new Failure(
        'VALIDATION_FAILED',
        'Say which place: Authorization: Bearer with its token, or ?userId=.',
        {},
        [{ path: '/userId', message: 'is needed when no token is sent' }],
      );
    }
    if (query.userId !== undefined && query.userId !== userId) throw notInQueue();
    const pass = caller?.pass;
    const token = authorization?.replace(/^Bearer +/i, '') ?? '';
    return {
      userId,
      queueId: lineOf(caller, query.queueId),
      ticket: pass?.ticket,
      sent: pass ? { token, ticket: pass.ticket, insideUntil: pass.insideUntil } : undefined,
    };
  }

  return (app) => {
    app.post(
      `${TOKEN}/create`,
      { schema: { tags: ['queue'], summary: 'Enter the line', body: EnterBody, response: { 200: PlaceWithToken } } },
      async (request, reply) => {
        const { userId, queueId = 'main' } = request.body;
        await identity.entering(request.headers.authorization, userId);
        gate(request.headers, userId, queueId);
        const key = idempotencyKey(request);
        if (!key) return withToken(await queue.enter(userId, queueId));
        const outcome = await idempotency.once(userId, key, async () => withToken(await queue.enter(userId, queueId)));
        return answered(reply, outcome);
      },
    );
    addPlaceRoutes(app, queue, asked, withToken, new StreamLimits(streamsPerAddress));
    addOverview(app, queue);
  };
}

function addPlaceRoutes(
  app: App,
  queue: Queue,
  asked: (authorization: string | undefined, query: { userId?: string; queueId?: string }) => Promise<Asked>,
  withToken: WithToken,
  limits: StreamLimits,
): void {
  const streams = new EventStreams();
  app.addHook('preClose', async () => streams.end());

  app.get(
    TOKEN,
    {
      schema: { tags: ['queue'], summary: 'Where you are', querystring: PlaceQuery, response: { 200: PlaceWithToken } },
    },
    async (request) => {
      const { userId, queueId, ticket, sent } = await asked(request.headers.authorization, request.query);
      const place = await queue.status(userId, queueId, ticket);
      if (!place) throw notInQueue();
      return withToken(place, sent);
    },
  );

  app.get(
    `${TOKEN}/events`,
    {
      // A stream has no head to give without its body.
      exposeHeadRoute: false,
      schema: {
        tags: ['queue'],
        summary: 'Where you are, as it changes',
        querystring: PlaceQuery,
        response: { 200: PlaceEvents },
      },
    },
    async (request, reply) => {
      const { userId, queueId, ticket } = await asked(request.headers.authorization, request.query);
      const place = await queue.status(userId, queueId, ticket);
      if (!place) throw notInQueue();
      limits.check(request.ip);
      const stream = streams.open(reply);
      limits.add(userId, request.ip, stream);
      const unwatch = queue.watch(userId, queueId, place.ticket, (event) => {
        stream.send(event.event, event.place);
        if (event.event === 'expired') stream.end();
      });
      stream.onClosed(unwatch);
    },
  );

  app.delete(
    TOKEN,
    {
      schema: {
        tags: ['queue'],
        summary: 'Leave the line, or give the slot up',
        querystring: PlaceQuery,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { userId, queueId, ticket } = await asked(request.headers.authorization, request.query);
      if (!(await queue.leave(userId, queueId, ticket))) throw notInQueue();
      return reply.code(204).send(null);
    },
  );
}

function addOverview(app: App, queue: Queue): void {
  app.get(
    '/api/v1/queue/:queueId',
    {
      schema: {
        tags: ['queue'],
        summary: 'The line as anybody may see it; cacheable',
        params: QueueParams,
        response: { 200: QueueOverview },
      },
    },
    async (request, reply) => {
      const overview = await queue.overview(request.params.queueId);
      if (!overview) throw new Failure('NOT_FOUND', 'There is no such line.');
      reply.header('cache-control', 'public, max-age=1');
      return overview;
    },
  );
  app.get(
    '/api/v1/queue/:queueId/draws',
    {
      schema: {
        tags: ['queue'],
        summary: 'Draws of pre-queues, newest first; cacheable',
        params: QueueParams,
        response: { 200: Draws },
      },
    },
    async (request, reply) => {
      const draws = await queue.draws(request.params.queueId);
      reply.header('cache-control', 'public, max-age=1');
      return { items: draws.map(drawView) };
    },
  );
}

const notInQueue = () =>
  new Failure('NOT_IN_QUEUE', 'There is no such place in the line. Enter with POST /api/v1/token/create.');
