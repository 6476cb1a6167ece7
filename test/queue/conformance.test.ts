import { afterAll, beforeAll, describe } from 'vitest';
import { Actors } from './actors.ts';
import { batches } from './conformance/batches.ts';
import { draws } from './conformance/draws.ts';
import { entering } from './conformance/entering.ts';
import { leaving } from './conformance/leaving.ts';
import { recording } from './conformance/recording.ts';
import { settings } from './conformance/settings.ts';
import { slots } from './conformance/slots.ts';
import { storms } from './conformance/storms.ts';
import { LINES } from './every-line.ts';
import type { Line } from './lines.ts';

// What the port promises, asked of every adapter. Each test has a queue of its own.
for (const target of LINES) {
  describe.skipIf(target.missing)(`the line in ${target.name}`, () => {
    let line: Line;
    beforeAll(async () => {
      line = await target.open();
    });
    afterAll(() => line?.dispose());

    const act = () => new Actors(line);
    entering(act);
    leaving(act);
    slots(act);
    settings(act);
    batches(act);
    storms(act);
    draws(act);
    recording(act);
  });
}
