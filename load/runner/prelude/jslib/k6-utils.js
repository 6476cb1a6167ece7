// The documented functions of https://jslib.k6.io/k6-utils/, in our own code (there is no network to load it from).

import { check as k6Check } from 'k6';
import execution from 'k6/execution';

export function randomIntBetween(min, max) {
  return Math.floor(Math.random() * (max - min + 1) + min);
}

export function randomItem(items) {
  return items[Math.floor(Math.random() * items.length)];
}

export function randomString(length, charset = 'abcdefghijklmnopqrstuvwxyz') {
  let text = '';
  while (text.length < length) text += charset[Math.floor(Math.random() * charset.length)];
  return text;
}

export function uuidv4(secure = false) {
  if (secure) return crypto.randomUUID();
  const hex = '0123456789abcdef';
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) =>
    place === 'x' ? hex[Math.floor(Math.random() * 16)] : hex[8 + Math.floor(Math.random() * 4)],
  );
}

/** The text between two marks; all such texts with `repeat`. */
export function findBetween(content, left, right, repeat = false) {
  const found = [];
  let from = 0;
  while (true) {
    const start = content.indexOf(left, from);
    const end = start < 0 ? -1 : content.indexOf(right, start + left.length);
    if (end < 0) return repeat ? found : '';
    const text = content.slice(start + left.length, end);
    if (!repeat) return text;
    found.push(text);
    from = end + right.length;
  }
}

/** Stages along a bell curve that ends, like it began, at zero users. */
export function normalDistributionStages(maxVus, durationSeconds, numberOfStages = 10) {
  const density = (x) => Math.exp(-(x * x) / 2);
  const stages = [];
  for (let stage = 0; stage < numberOfStages; stage++) {
    const x = -2 + (4 * stage) / (numberOfStages - 1);
    stages.push({
      duration: `${Math.ceil(durationSeconds / numberOfStages)}s`,
      target: Math.ceil(maxVus * density(x)),
    });
  }
  stages.push({ duration: `${Math.ceil(durationSeconds / numberOfStages)}s`, target: 0 });
  return stages;
}

/** '1d5h31m20s7ms' in milliseconds. */
export function parseDuration(text) {
  const units = { d: 86400000, h: 3600000, m: 60000, s: 1000, ms: 1 };
  if (typeof text !== 'string' || text === '') throw new Error('str is required');
  if (!/^(\d+(\.\d+)?(d|h|ms|m|s))+$/.test(text)) throw new Error(`${text} is not a duration`);
  let milliseconds = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(d|h|ms|m|s)/g))
    milliseconds += Number(number) * units[unit];
  return milliseconds;
}

export function getCurrentStageIndex() {
  const scenario = execution.test.options.scenarios[execution.scenario.name];
  if (!scenario?.stages?.length)
    throw new Error(
      `only ramping-vus or ramping-arrival-rate supports stages, it is not possible to get a stage index on other executors.`,
    );
  let elapsed = Date.now() - execution.scenario.startTime;
  for (let index = 0; index < scenario.stages.length; index++) {
    const length = scenario.stages[index].duration;
    elapsed -= typeof length === 'number' ? length : parseDuration(length);
    if (elapsed < 0) return index;
  }
  return scenario.stages.length - 1;
}

export function tagWithCurrentStageIndex() {
  execution.vu.metrics.tags.stage = getCurrentStageIndex();
}

export function tagWithCurrentStageProfile() {
  const scenario = execution.test.options.scenarios[execution.scenario.name];
  const index = getCurrentStageIndex();
  const before = index === 0 ? (scenario.startVUs ?? scenario.startRate ?? 0) : scenario.stages[index - 1].target;
  const now = scenario.stages[index].target;
  execution.vu.metrics.tags.stage_profile = now > before ? 'ramp-up' : now < before ? 'ramp-down' : 'steady';
}

/** k6's check, for promises and functions that return them too. */
export async function check(value, checks, tags) {
  const resolved = await value;
  const outcomes = {};
  for (const name of Object.keys(checks)) {
    const outcome = typeof checks[name] === 'function' ? await checks[name](resolved) : await checks[name];
    outcomes[name] = Boolean(outcome);
  }
  return k6Check(resolved, outcomes, tags);
}

const all = { check, findBetween, getCurrentStageIndex, normalDistributionStages, parseDuration, randomIntBetween };
export default { ...all, randomItem, randomString, tagWithCurrentStageIndex, tagWithCurrentStageProfile, uuidv4 };
