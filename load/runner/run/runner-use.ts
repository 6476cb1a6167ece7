// What a run costs the machine on the runner's side: a runner that uses up its core measures itself.
export interface RunnerUse {
  readonly processes: number;
  /** User and system time of all its processes over the run. */
  readonly cpuMs: number;
  /** 100 is one core, busy all the time. */
  readonly cpuPercent: number;
}

/** Processor time of this process so far. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export const runnerUse = (processes: number, cpuMs: number, elapsedMs: number): RunnerUse => ({
  processes,
  cpuMs: Math.round(cpuMs),
  cpuPercent: Math.round((1000 * cpuMs) / Math.max(1, elapsedMs)) / 10,
});
