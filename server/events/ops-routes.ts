import { DeadLetters as DeadLettersAnswer, ReplayBody, ReplayOutcome } from '../../contract/ops.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { answered, idempotencyKey, type Routes } from '../lib/http.ts';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';

const tags = ['operators'];
/** Whose idempotency keys these are: no user can have this id. */
const OPERATORS = '/ops';

/** Dead letters for operators. Mounted behind the operators' check. */
export const deadLetterRoutes =
  (letters: DeadLetters, idempotency: Idempotency): Routes =>
  (app) => {
    app.get('/dead-letters', { schema: { tags, response: { 200: DeadLettersAnswer } } }, async () => ({
      items: (await letters.list()).map(view),
    }));
    app.post(
      '/dead-letters/replay',
      { schema: { tags, body: ReplayBody, response: { 200: ReplayOutcome } } },
      async (request, reply) => {
        const outcome = await idempotency.once(OPERATORS, idempotencyKey(request), async () => {
          const { items, ...rest } = await letters.replay(request.body);
          return { ...rest, items: items.map(view) };
        });
        return answered(reply, outcome);
      },
    );
  };

const view = (letter: DeadLetter) => ({
  ...letter,
  failedAt: letter.failedAt.toISOString(),
  replayedAt: letter.replayedAt?.toISOString() ?? null,
});
