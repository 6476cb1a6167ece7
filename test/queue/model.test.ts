import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { commands } from './commands.ts';
import { LINES } from './every-line.ts';
import { freshQueueId, type Line } from './lines.ts';
import { QueueModel } from './model.ts';

/** More of them: `PROPERTY_RUNS=1000 npm test -- test/queue/model`. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 20);

// Whatever people and operators do, in whatever order, every adapter does what the model does.
for (const target of LINES) {
  describe.skipIf(target.missing)(`the line in ${target.name}`, () => {
    let line: Line;
    beforeAll(async () => {
      line = await target.open();
    });
    afterAll(() => line?.dispose());

    it('is what the model is', async () => {
      const property = fc.asyncProperty(commands(), async (sequence) => {
        const queueIds = [freshQueueId(), freshQueueId()];
        const start = () => ({ model: { queueIds, models: [new QueueModel(), new QueueModel()] }, real: line });
        await fc.asyncModelRun(start, sequence);
      });
      await fc.assert(property, { numRuns: RUNS });
    }, 300_000);
  });
}
