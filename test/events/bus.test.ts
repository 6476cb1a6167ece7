import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { appliedOnce } from './conformance/applied-once.ts';
import { delivery } from './conformance/delivery.ts';
import { lateCommits } from './conformance/late-commits.ts';
import { pausing } from './conformance/pause.ts';
import { replay } from './conformance/replay.ts';
import { BUSES, type World } from './support/buses.ts';

/** What every event bus of jari must do. */
for (const { name, missing, concurrent, open } of BUSES) {
  describe.skipIf(missing)(`an event bus: ${name}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await open();
    });
    beforeEach(() => world.reset());
    afterAll(() => world.dispose());

    describe('delivery', () => delivery(() => world));
    describe('each event is applied once', () => appliedOnce(() => world));
    describe('paused', () => pausing(() => world));
    describe('dead letters', () => replay(() => world));
    if (concurrent) describe('late commits', () => lateCommits(() => world));
  });
}
