import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { commands } from './commands.ts';
import { LINES } from './every-line.ts';
import { freshQueueId, type Line } from './lines.ts';
import { QueueModel } from './model.ts';

/** More of them: `npm run fuzz -- --model --runs 1000`. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 20);
const MOST_MILLISECONDS = Math.max(300_000, Number(process.env.PROPERTY_MILLISECONDS ?? 0));

// Whatever people and operators do, in whatever order, every adapter does what the model does.
for (const target of LINES) {
  describe.skipIf(target.missing)(`the line in ${target.name}`, () => {
    let line: Line;
    beforeAll(async () => {
      line = await target.open();
    });
    afterAll(() => line?.dispose());

    it(
      'is what the model is',
      async () => {
        const property = fc.asyncProperty(commands(), async (sequence) => {
          const queueIds = [freshQueueId(), freshQueueId()];
          const start = () => ({ model: { queueIds, models: [new QueueModel(), new QueueModel()] }, real: line });
          await fc.asyncModelRun(start, sequence);
        });
        await fc.assert(property, { numRuns: RUNS });
      },
      MOST_MILLISECONDS,
    );
  });
}
