import { type Bench, median } from '../lib/bench.ts';
import { residentBytes } from '../lib/process.ts';

export const start: Bench = {
  name: 'start',
  unit: 's to ready, second start',
  goal: 2,
  better: 'lower',
  async run(kit) {
    const subject = await kit.subject('embedded');
    const times: number[] = [];
    for (let round = 1; round <= kit.rounds; round++) {
      await subject.kill();
      const began = performance.now();
      await subject.restart();
      times.push((performance.now() - began) / 1_000);
    }
    return { value: median(times) };
  },
};

const IDLE_MILLISECONDS = 10_000;

export const idleMemory: Bench = {
  name: 'idle-memory',
  unit: 'MB resident, full size',
  goal: 150,
  better: 'lower',
  async run(kit) {
    const subject = await kit.subject('full');
    await new Promise((resolve) => setTimeout(resolve, IDLE_MILLISECONDS));
    return { value: residentBytes(subject.pid) / 1_000_000 };
  },
};
