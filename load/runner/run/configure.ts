// From the options of every layer to what will run, checked before anything starts.
import { planScenario, type ScenarioPlan } from '../executors/plan.ts';
import { invalidConfig } from '../exit-codes.ts';
import {
  environmentOptions,
  mergeLayers,
  parseOptions,
  type RawOptions,
  readOptions,
  withScenarios,
} from '../options/layers.ts';
import { Thresholds } from '../thresholds/thresholds.ts';
import type { ScriptExports } from '../vu/factory.ts';
import type { RunRequest } from './request.ts';
import { settingsOf } from './settings.ts';
import type { RunState } from './state.ts';

export interface RunPlan {
  readonly scenarios: readonly ScenarioPlan[];
  readonly thresholds: Thresholds;
  readonly hasSetup: boolean;
  readonly hasTeardown: boolean;
  readonly hasHandleSummary: boolean;
}

export function configure(
  request: RunRequest,
  env: NodeJS.ProcessEnv,
  run: RunState,
  script: ScriptExports,
  processes = 1,
): RunPlan {
  const warn = (message: string) => run.log.write('warning', message);
  const layers = [
    readOptions(request.fileOptions, 'config file', warn),
    readOptions(script.options, 'options', warn),
    environmentOptions(env),
    request.flagOptions,
  ];
  const raw = chooseScenarios(withScenarios(mergeLayers(layers), warn), request.onlyScenarios);
  const options = parseOptions(raw);
  run.rawOptions = raw;
  run.settings = settingsOf(options, processes);
  const scenarios = (options.scenarios ?? []).map(planScenario);
  requireFunctions(scenarios, script);
  return {
    scenarios,
    thresholds: new Thresholds(options.noThresholds ? {} : (options.thresholds ?? {}), run.metrics),
    hasSetup: script.functions.includes('setup') && !options.noSetup,
    hasTeardown: script.functions.includes('teardown') && !options.noTeardown,
    hasHandleSummary: script.functions.includes('handleSummary'),
  };
}

function chooseScenarios(raw: RawOptions, only: readonly string[] | undefined): RawOptions {
  if (!only) return raw;
  const all = raw.scenarios as Readonly<Record<string, unknown>>;
  const missing = only.find((name) => !(name in all));
  if (missing !== undefined)
    throw invalidConfig(`--scenario: the script has no scenario "${missing}"; it has ${Object.keys(all).join(', ')}`);
  return { ...raw, scenarios: Object.fromEntries(only.map((name) => [name, all[name]])) };
}

function requireFunctions(scenarios: readonly ScenarioPlan[], { functions }: ScriptExports): void {
  for (const { config } of scenarios) {
    if (!functions.includes(config.exec))
      throw invalidConfig(`scenario ${config.name}: the script exports no function "${config.exec}"`);
  }
}
