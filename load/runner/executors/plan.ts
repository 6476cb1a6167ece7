// What a scenario will need, known before it starts.
import { formatDuration } from '../options/duration.ts';
import type { ScenarioConfig } from '../options/scenarios.ts';
import { Share } from './share.ts';

export interface ScenarioPlan {
  readonly config: ScenarioConfig;
  /** This process's part of the arrivals and of a ramp's virtual users. */
  readonly share: Share;
  /** Virtual users to have at the start, and at the most. */
  readonly initialVus: number;
  readonly maxVus: number;
  /** How long iterations are started; `gracefulStopMs` comes on top. */
  readonly durationMs: number;
  /** '50 looping VUs for 10s (gracefulStop: 30s)' */
  readonly description: string;
}

export function planScenario(config: ScenarioConfig): ScenarioPlan {
  switch (config.executor) {
    case 'constant-vus': {
      const { vus, durationMs } = config;
      return plan(config, vus, vus, durationMs, `${vus} looping VUs for ${formatDuration(durationMs)}`);
    }
    case 'ramping-vus': {
      const { stages, startVus, gracefulRampDownMs } = config;
      const most = Math.max(startVus, ...stages.map(({ target }) => target));
      const text = `Up to ${most} looping VUs for ${overStages(stages)}`;
      return plan(config, most, most, total(stages), text, [`gracefulRampDown: ${formatDuration(gracefulRampDownMs)}`]);
    }
    case 'per-vu-iterations':
    case 'shared-iterations': {
      const { vus, iterations, maxDurationMs } = config;
      const share = config.executor === 'shared-iterations' ? `shared among ${vus} VUs` : `for each of ${vus} VUs`;
      const details = [`maxDuration: ${formatDuration(maxDurationMs)}`];
      return plan(config, vus, vus, maxDurationMs, `${iterations} iterations ${share}`, details);
    }
    default: {
      const { stages, startRate, preAllocatedVus, maxVus } = config;
      const most = Math.max(startRate, ...stages.map(({ target }) => target)).toFixed(2);
      const text =
        config.executor === 'constant-arrival-rate'
          ? `${most} iterations/s for ${formatDuration(total(stages))}`
          : `Up to ${most} iterations/s for ${overStages(stages)}`;
      return plan(config, preAllocatedVus, maxVus, total(stages), text, [`maxVUs: ${maxVus}`]);
    }
  }
}

function plan(
  config: ScenarioConfig,
  initialVus: number,
  maxVus: number,
  durationMs: number,
  text: string,
  details: readonly string[] = [],
): ScenarioPlan {
  const all = [...details];
  if (config.exec !== 'default') all.push(`exec: ${config.exec}`);
  if (config.startTimeMs > 0) all.push(`startTime: ${formatDuration(config.startTimeMs)}`);
  if (config.gracefulStopMs > 0) all.push(`gracefulStop: ${formatDuration(config.gracefulStopMs)}`);
  return { config, share: Share.whole, initialVus, maxVus, durationMs, description: `${text} (${all.join(', ')})` };
}

const total = (stages: readonly { durationMs: number }[]) => stages.reduce((sum, stage) => sum + stage.durationMs, 0);

const overStages = (stages: readonly { durationMs: number }[]) =>
  `${formatDuration(total(stages))} over ${stages.length} stages`;

/** When the last iteration of all scenarios is over at the latest. */
export const latestEndMs = (plans: readonly ScenarioPlan[]): number => Math.max(...plans.map(endMs));

const endMs = ({ config, durationMs }: ScenarioPlan) => config.startTimeMs + durationMs + config.gracefulStopMs;

/** The most virtual users that scenarios need at one time: those that never overlap share theirs. */
export function vusNeeded(plans: readonly ScenarioPlan[], of: (plan: ScenarioPlan) => number): number {
  const starts = plans.map(({ config }) => config.startTimeMs);
  const needs = starts.map((at) =>
    plans.filter((plan) => plan.config.startTimeMs <= at && at < endMs(plan)).reduce((sum, plan) => sum + of(plan), 0),
  );
  return Math.max(0, ...needs);
}

/** This process's part of a scenario; undefined when it gets none of its virtual users. */
export function planOfShare(plan: ScenarioPlan, share: Share): ScenarioPlan | undefined {
  const { config, maxVus } = plan;
  const own = share.among(maxVus);
  if (!own) return undefined;
  return {
    ...plan,
    config: configOfShare(config, own),
    share: own,
    initialVus: own.of(plan.initialVus),
    maxVus: own.of(maxVus),
  };
}

/** Ramps and rates stay as they are: each process works the whole one out and takes its part of what comes of it. */
function configOfShare(config: ScenarioConfig, share: Share): ScenarioConfig {
  switch (config.executor) {
    case 'constant-vus':
    case 'per-vu-iterations':
      return { ...config, vus: share.of(config.vus) };
    case 'shared-iterations':
      return { ...config, vus: share.of(config.vus), iterations: share.of(config.iterations) };
    case 'ramping-vus':
      return config;
    default:
      return { ...config, preAllocatedVus: share.of(config.preAllocatedVus), maxVus: share.of(config.maxVus) };
  }
}
