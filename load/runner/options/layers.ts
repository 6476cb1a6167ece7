// Options come in layers: the script, K6_* variables, then the command line. A later one wins.
import { invalidConfig, unsupported } from '../exit-codes.ts';
import { bool, integer, stages, stagesFromText, texts } from './kinds.ts';
import {
  ignoredOptions,
  type OptionName,
  type OptionSpec,
  type Options,
  optionSpecs,
  unsupportedOptions,
} from './spec.ts';

/** Values as they were given, by the option's name in scripts. */
export type RawOptions = Readonly<Record<string, unknown>>;

const names = Object.keys(optionSpecs) as OptionName[];
/** These say how iterations are started. A layer that has one of them replaces what earlier layers said of it. */
const execution: readonly OptionName[] = ['duration', 'iterations', 'stages', 'scenarios'];

/** The options of a script, or of a config file; `warn` hears of names that k6 does not have either. */
export function readOptions(raw: RawOptions, where: string, warn: (message: string) => void): RawOptions {
  const present = Object.entries(raw).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of present) {
    if (unsupportedOptions.includes(name) && value !== false)
      throw unsupported(
        `${where}: this runner does not support the option "${name}". Remove it, or run the script with k6`,
      );
    if (!(name in optionSpecs) && !unsupportedOptions.includes(name) && !ignoredOptions.includes(name))
      warn(`${where}: "${name}" is not an option`);
  }
  return Object.fromEntries(present.filter(([name]) => name in optionSpecs));
}

export function environmentOptions(env: NodeJS.ProcessEnv): RawOptions {
  const given: Record<string, unknown> = {};
  for (const name of names) {
    const spec: OptionSpec<unknown> = optionSpecs[name];
    const value = spec.env === undefined ? undefined : env[spec.env];
    if (value !== undefined && value !== '') given[name] = fromText(name, [value], spec.env ?? name);
  }
  return given;
}

/** What the environment or the command line gives as text, in the form that a script would write it in. */
export function fromText(name: OptionName, values: readonly string[], where: string): unknown {
  const { kind } = optionSpecs[name];
  const last = values.at(-1) ?? '';
  if (kind === integer || kind === bool || kind === texts) return kind(last, where);
  return kind === stages ? values.flatMap((value) => stagesFromText(value, where)) : last;
}

export function mergeLayers(layers: readonly RawOptions[]): RawOptions {
  let merged: Record<string, unknown> = {};
  for (const layer of layers) {
    if (execution.some((name) => name in layer)) {
      merged = Object.fromEntries(Object.entries(merged).filter(([name]) => !execution.includes(name as OptionName)));
    }
    const tags = layer.tags ? { ...(merged.tags as object), ...(layer.tags as object) } : merged.tags;
    merged = { ...merged, ...layer, ...(tags !== undefined && { tags }) };
  }
  return merged;
}

export function parseOptions(raw: RawOptions): Options {
  const parsed: Record<string, unknown> = {};
  for (const name of names) {
    if (raw[name] !== undefined) parsed[name] = optionSpecs[name].kind(raw[name], `option "${name}"`);
  }
  return parsed as Options;
}

/**
 * The shortcuts vus, duration, iterations and stages, written as the scenario they stand for, in a script's own words
 * (they are also what k6/execution's test.options shows).
 */
export function withScenarios(raw: RawOptions, warn: (message: string) => void): RawOptions {
  const { vus, duration, iterations, stages, scenarios } = raw;
  const given = Object.entries({ duration, iterations, stages, scenarios }).filter(([, value]) => value !== undefined);
  const used = given.map(([name]) => name);
  const both = used.length > 1 && used.join() !== 'duration,iterations';
  if (both) throw invalidConfig(`the options "${used.join('" and "')}" can't be used together: choose one`);
  if (scenarios !== undefined || used.length === 0) {
    if (vus !== undefined && (scenarios !== undefined || Number(vus) > 1))
      warn('the option "vus" is ignored: it only works together with "iterations", "duration" or "stages"');
    return scenarios === undefined ? { ...raw, scenarios: { default: { executor: 'per-vu-iterations' } } } : raw;
  }
  return { ...raw, scenarios: { default: shortcut(raw) } };
}

function shortcut({ vus, duration, iterations, stages }: RawOptions): Record<string, unknown> {
  if (stages !== undefined) return { executor: 'ramping-vus', stages, ...(vus !== undefined && { startVUs: vus }) };
  const users = { vus: vus ?? 1 };
  if (iterations === undefined) return { executor: 'constant-vus', ...users, duration };
  return {
    executor: 'shared-iterations',
    ...users,
    iterations,
    ...(duration !== undefined && { maxDuration: duration }),
  };
}
