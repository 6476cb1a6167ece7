// The line on every store, by whole batches: nobody, the same user many times, names that hurt, caps beyond all measure.
// Each does what the model does.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { commands } from '../../queue/commands.ts';
import { LINES } from '../../queue/every-line.ts';
import { freshQueueId, type Line } from '../../queue/lines.ts';
import { QueueModel } from '../../queue/model.ts';
import { holds, MOST_MILLISECONDS, ODD_NAMES } from './runs.ts';

const caps = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(0, 1, 100_000, 2 ** 31 - 1));
const crowds = { users: ODD_NAMES, least: 0, most: 60, caps };

for (const target of LINES) {
  describe.skipIf(target.missing)(`whole batches, in ${target.name}`, () => {
    let line: Line;
    beforeAll(async () => {
      line = await target.open();
    });
    afterAll(() => line?.dispose());

    it(
      'do what the model does',
      async () => {
        const sequences = fc.tuple(commands(crowds), fc.constantFrom(...ODD_NAMES), fc.constantFrom(...ODD_NAMES));
        const property = fc.asyncProperty(sequences, async ([sequence, one, other]) => {
          const queueIds = [`${one}${freshQueueId()}`, `${freshQueueId()}${other}`];
          const models = [new QueueModel(), new QueueModel()];
          await fc.asyncModelRun(() => ({ model: { queueIds, models, users: ODD_NAMES }, real: line }), sequence);
        });
        await holds(property, 10);
      },
      MOST_MILLISECONDS,
    );
  });
}
