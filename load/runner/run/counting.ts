// What is counted once a second while a run lasts: the gauges `vus` and `vus_max`, and what is not a request in the series.
import type { RunState } from './state.ts';

const EVERY_MS = 1000;

export interface Counted {
  /** The gauges are about all processes: only the one that puts everything together has them. */
  readonly gauges: boolean;
  /** Virtual users and iterations of this process; without them only its processor time is counted. */
  readonly users: boolean;
}

/** Gives the way to stop. */
export function countEverySecond(run: RunState, { gauges, users }: Counted): () => void {
  let before = totals(run);
  const count = () => {
    if (gauges) {
      run.metrics.builtin.vus.add(run.vusActive, run.settings.tags);
      run.metrics.builtin.vus_max.add(run.vusInitialized, run.settings.tags);
    }
    const now = totals(run);
    const cpuMs = now.cpuMs - before.cpuMs;
    const nobody = { activeVus: 0, iterations: 0, droppedIterations: 0, cpuMs };
    const own = {
      activeVus: run.vusActive,
      iterations: now.iterations - before.iterations,
      droppedIterations: now.dropped - before.dropped,
      cpuMs,
    };
    run.series?.addTotals(users ? own : nobody);
    before = now;
  };
  const timer = setInterval(count, EVERY_MS);
  return () => clearInterval(timer);
}

const totals = ({ iterationsCompleted: iterations, iterationsDropped: dropped, cpuMs }: RunState) => ({
  iterations,
  dropped,
  cpuMs,
});
