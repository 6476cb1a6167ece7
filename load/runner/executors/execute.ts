// Runs every scenario at its time and waits until all are over.

import type { RunState } from '../run/state.ts';
import type { VuPool } from '../vu/pool.ts';
import { constantVus, perVuIterations, rampingVus, sharedIterations } from './closed.ts';
import { arrivalRate } from './open.ts';
import type { ScenarioPlan } from './plan.ts';
import { type ScenarioProgress, ScenarioRun } from './scenario-run.ts';

export const scenarioRuns = (plans: readonly ScenarioPlan[], run: RunState, pool: VuPool): ScenarioRun[] =>
  plans.map((plan) => new ScenarioRun(plan, run, pool));

export async function executeScenarios(scenarios: readonly ScenarioRun[]): Promise<void> {
  await Promise.all(
    scenarios.map(async (scenario) => {
      await untilStart(scenario);
      if (scenario.run.stopReason) return;
      scenario.begin(() => progress(scenario));
      await execute(scenario);
    }),
  );
}

function untilStart({ config, run }: ScenarioRun): Promise<void> {
  if (config.startTimeMs === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, config.startTimeMs);
    run.onStop(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function execute(scenario: ScenarioRun): Promise<void> {
  const { config } = scenario;
  switch (config.executor) {
    case 'constant-vus':
      return constantVus(scenario, config);
    case 'ramping-vus':
      return rampingVus(scenario, config);
    case 'per-vu-iterations':
      return perVuIterations(scenario, config);
    case 'shared-iterations':
      return sharedIterations(scenario, config);
    default:
      return arrivalRate(scenario, config);
  }
}

/** 0 to 1: of the iterations where their number is known, else of the time. */
export function progress({ config, plan, elapsedMs, iterationsCompleted }: ScenarioProgress): number {
  if (config.executor === 'shared-iterations') return iterationsCompleted / config.iterations;
  if (config.executor === 'per-vu-iterations') return iterationsCompleted / (config.iterations * config.vus);
  return Math.min(1, elapsedMs / plan.durationMs);
}
