import { ChallengePatch, ChallengeSetting } from '../../contract/challenge.ts';
import { QueueAdmin, QueuePatch } from '../../contract/ops.ts';
import { QueueParams } from '../../contract/queue.ts';
import { Failure } from '../lib/failure.ts';
import type { Routes } from '../lib/http.ts';
import type { Difficulties } from './challenge/difficulties.ts';
import type { Queue } from './queue.ts';

/** What operators see and change of a line. Mounted behind the operators' check. */
export const queueOpsRoutes =
  (queue: Queue, difficulties: Difficulties): Routes =>
  (app) => {
    app.get(
      '/queues/:queueId',
      { schema: { tags: ['operators'], params: QueueParams, response: { 200: QueueAdmin } } },
      async (request) => {
        const settings = await queue.settings(request.params.queueId);
        if (!settings) throw new Failure('NOT_FOUND', 'There is no such line. PATCH creates it.');
        return settings;
      },
    );
    app.patch(
      '/queues/:queueId',
      { schema: { tags: ['operators'], params: QueueParams, body: QueuePatch, response: { 200: QueueAdmin } } },
      (request) => queue.configure(request.params.queueId, request.body),
    );
    // Apart from the line's other settings: it may be made ready for a line that nobody has entered yet.
    app.get(
      '/queues/:queueId/challenge',
      { schema: { tags: ['operators'], params: QueueParams, response: { 200: ChallengeSetting } } },
      (request) => difficulties.setting(request.params.queueId),
    );
    app.patch(
      '/queues/:queueId/challenge',
      {
        schema: {
          tags: ['operators'],
          summary: 'Ask who enters for a calculation, or stop asking',
          params: QueueParams,
          body: ChallengePatch,
          response: { 200: ChallengeSetting },
        },
      },
      (request) => difficulties.set(request.params.queueId, request.body.bits),
    );
  };
