// The `scenarios` option: how iterations are started, checked when the run begins.
import { invalidConfig } from '../exit-codes.ts';
import { duration, integer, type Kind, positiveDuration, record, type Stage, stages, text, textMap } from './kinds.ts';

interface Common {
  readonly name: string;
  readonly exec: string;
  readonly startTimeMs: number;
  readonly gracefulStopMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}
export interface ConstantVus extends Common {
  readonly executor: 'constant-vus';
  readonly vus: number;
  readonly durationMs: number;
}
export interface RampingVus extends Common {
  readonly executor: 'ramping-vus';
  readonly startVus: number;
  readonly stages: readonly Stage[];
  readonly gracefulRampDownMs: number;
}
export interface Iterations extends Common {
  readonly executor: 'per-vu-iterations' | 'shared-iterations';
  readonly vus: number;
  /** For each virtual user, or for all of them together. */
  readonly iterations: number;
  readonly maxDurationMs: number;
}
export interface ArrivalRate extends Common {
  readonly executor: 'constant-arrival-rate' | 'ramping-arrival-rate';
  /** Iterations a second at the start, and at the end of each stage. */
  readonly startRate: number;
  readonly stages: readonly Stage[];
  readonly preAllocatedVus: number;
  readonly maxVus: number;
}
export type ScenarioConfig = ConstantVus | RampingVus | Iterations | ArrivalRate;

const commonFields = ['executor', 'exec', 'startTime', 'gracefulStop', 'env', 'tags', 'options'];
const TEN_MINUTES_MS = 600_000;
const GRACE_MS = 30_000;

export const scenarios: Kind<ScenarioConfig[]> = (value, where) => {
  const configs = Object.entries(record(value, where)).map(([name, config]) => {
    if (!/^[\w-]+$/.test(name))
      throw invalidConfig(`${where}: the name "${name}" may have only letters, digits, "_" and "-"`);
    return scenario(name, record(config, `${where}.${name}`), `${where}.${name}`);
  });
  if (configs.length === 0) throw invalidConfig(`${where}: at least one scenario is needed`);
  return configs;
};

function scenario(name: string, raw: Record<string, unknown>, where: string): ScenarioConfig {
  const executor = text(raw.executor ?? '', `${where}.executor`);
  const read = executors[executor];
  if (!read) {
    throw invalidConfig(
      `${where}: this runner has no executor "${executor}"; it has ${Object.keys(executors).join(', ')}`,
    );
  }
  const fields = new Fields(raw, where);
  const config = read(fields, {
    name,
    exec: fields.get('exec', text, 'default'),
    startTimeMs: fields.get('startTime', duration, 0),
    gracefulStopMs: fields.get('gracefulStop', duration, GRACE_MS),
    env: fields.get('env', textMap, {}),
    tags: fields.get('tags', textMap, {}),
  });
  fields.rejectOthers();
  return config;
}

const executors: Readonly<Record<string, (fields: Fields, common: Common) => ScenarioConfig>> = {
  'constant-vus': (fields, common) => ({
    ...common,
    executor: 'constant-vus',
    vus: fields.get('vus', positive, 1),
    durationMs: fields.need('duration', positiveDuration),
  }),
  'ramping-vus': (fields, common) => {
    const config: RampingVus = {
      ...common,
      executor: 'ramping-vus',
      startVus: fields.get('startVUs', integer, 1),
      stages: fields.need('stages', stages),
      gracefulRampDownMs: fields.get('gracefulRampDown', duration, GRACE_MS),
    };
    if (config.startVus === 0 && config.stages.every(({ target }) => target === 0))
      throw invalidConfig(`${fields.where}: startVUs or the target of a stage must be above 0`);
    return config;
  },
  'per-vu-iterations': (fields, common) => iterations(fields, common, 'per-vu-iterations'),
  'shared-iterations': (fields, common) => {
    const config = iterations(fields, common, 'shared-iterations');
    if (config.iterations < config.vus)
      throw invalidConfig(
        `${fields.where}: iterations (${config.iterations}) must not be fewer than vus (${config.vus})`,
      );
    return config;
  },
  'constant-arrival-rate': (fields, common) => {
    const perSecond = rateScale(fields);
    const rate = fields.need('rate', positive) * perSecond;
    const durationMs = fields.need('duration', positiveDuration);
    const stage = { durationMs, target: rate };
    return { ...common, executor: 'constant-arrival-rate', startRate: rate, stages: [stage], ...allocation(fields) };
  },
  'ramping-arrival-rate': (fields, common) => {
    const perSecond = rateScale(fields);
    const scaled = fields.need('stages', stages).map((stage) => ({ ...stage, target: stage.target * perSecond }));
    const startRate = fields.get('startRate', integer, 0) * perSecond;
    return { ...common, executor: 'ramping-arrival-rate', startRate, stages: scaled, ...allocation(fields) };
  },
};

function iterations(fields: Fields, common: Common, executor: Iterations['executor']): Iterations {
  return {
    ...common,
    executor,
    vus: fields.get('vus', positive, 1),
    iterations: fields.get('iterations', positive, 1),
    maxDurationMs: fields.get('maxDuration', positiveDuration, TEN_MINUTES_MS),
  };
}

const rateScale = (fields: Fields) => 1000 / fields.get('timeUnit', positiveDuration, 1000);

function allocation(fields: Fields): { preAllocatedVus: number; maxVus: number } {
  const preAllocatedVus = fields.need('preAllocatedVUs', integer);
  const maxVus = fields.get('maxVUs', positive, Math.max(preAllocatedVus, 1));
  if (maxVus < preAllocatedVus)
    throw invalidConfig(`${fields.where}: maxVUs (${maxVus}) must not be below preAllocatedVUs (${preAllocatedVus})`);
  return { preAllocatedVus, maxVus };
}

const positive: Kind<number> = (value, where) => {
  const number = integer(value, where);
  if (number === 0) throw invalidConfig(`${where}: must be above 0`);
  return number;
};

/** Reads the fields of one scenario and remembers which, so that a misspelt one is not silently left out. */
class Fields {
  readonly where: string;
  readonly #raw: Record<string, unknown>;
  readonly #read = new Set(commonFields);
  constructor(raw: Record<string, unknown>, where: string) {
    this.#raw = raw;
    this.where = where;
  }
  get<T>(name: string, kind: Kind<T>, fallback: T): T {
    this.#read.add(name);
    const value = this.#raw[name];
    return value === undefined || value === null ? fallback : kind(value, `${this.where}.${name}`);
  }
  need<T>(name: string, kind: Kind<T>): T {
    const value = this.#raw[name];
    if (value === undefined || value === null) throw invalidConfig(`${this.where}.${name}: is needed`);
    this.#read.add(name);
    return kind(value, `${this.where}.${name}`);
  }
  rejectOthers(): void {
    const unknown = Object.keys(this.#raw).filter((name) => !this.#read.has(name));
    if (unknown.length > 0) throw invalidConfig(`${this.where}: this executor has no option "${unknown.join('", "')}"`);
  }
}
