// What the host calls: the life of one virtual user's copy of the script.
import 'jari:console';
import 'jari:globals';
import { forgetAsync, settleAsync } from 'jari:async';
import { call, op, state } from 'jari:host';
import { seed } from 'jari:random';
import { fireTimer, forgetTimers } from 'jari:timers';

let script = {};
let setupData;
let outcome = { settled: true };

export function setScript(namespace) {
  script = namespace;
}

function configure(vu, env, randomSeed) {
  state.vu = vu;
  globalThis.__VU = vu;
  globalThis.__ENV = JSON.parse(env);
  seed(randomSeed);
}

/** A script's exports: its options as JSON and the names of its functions. */
function describeScript() {
  const functions = Object.keys(script).filter((name) => typeof script[name] === 'function');
  return JSON.stringify({ options: script.options ?? {}, functions, hasDefault: script.default !== undefined });
}

function leaveInit() {
  state.inInit = false;
}

/** Starts `start()` and says whether it finished at once; a promise is watched until the host asks `settled`. */
function begin(start) {
  outcome = { settled: false };
  const mine = outcome;
  const returned = start();
  if (returned === null || typeof returned !== 'object' || typeof returned.then !== 'function') {
    mine.settled = true;
    mine.value = returned;
    return true;
  }
  returned.then(
    (value) => Object.assign(mine, { settled: true, value }),
    (error) => Object.assign(mine, { settled: true, failed: true, error }),
  );
  return false;
}

function settled() {
  return outcome.settled;
}

/** The outcome of what `begin` started: throws what it threw, else gives its value as JSON. */
function result() {
  if (outcome.failed) throw outcome.error;
  return outcome.value === undefined ? undefined : JSON.stringify(outcome.value);
}

/** What setup() returned: each virtual user has its own copy, which all of its iterations share. */
function setSetupData(json) {
  setupData = json === undefined || json === null ? undefined : JSON.parse(json);
}

/** A scenario's own variables, on top of those of the run. */
function setEnv(env) {
  globalThis.__ENV = JSON.parse(env);
}

function runIteration(name, iteration) {
  globalThis.__ITER = iteration;
  return begin(() => script[name](setupData));
}

function runSetup() {
  return begin(() => script.setup());
}

function runTeardown() {
  return begin(() => script.teardown(setupData));
}

/** handleSummary's answer is a map of file name → text or bytes: given back entry by entry, bytes kept as they are. */
function runHandleSummary(json) {
  return begin(() => script.handleSummary(JSON.parse(json)));
}

function summaryEntries() {
  if (outcome.failed) throw outcome.error;
  const map = outcome.value;
  if (map === null || typeof map !== 'object') {
    throw new TypeError('handleSummary() must return an object whose keys are file names, "stdout" or "stderr"');
  }
  for (const name of Object.keys(map)) {
    const content = map[name];
    if (content === undefined || content === null) continue;
    call(
      op.summaryEntry,
      name,
      typeof content === 'string' || content instanceof ArrayBuffer ? content : String(content),
    );
  }
}

function describeError(error) {
  if (error === null || typeof error !== 'object')
    return JSON.stringify({ name: '', message: String(error), stack: '' });
  let message;
  try {
    message = 'message' in error ? String(error.message) : JSON.stringify(error);
  } catch {
    message = String(error);
  }
  return JSON.stringify({ name: String(error.name ?? ''), message, stack: String(error.stack ?? '') });
}

function forget() {
  forgetTimers();
  forgetAsync();
}

globalThis.__entries = {
  configure,
  describeError,
  describeScript,
  fireTimer,
  forget,
  leaveInit,
  result,
  runHandleSummary,
  runIteration,
  runSetup,
  runTeardown,
  setEnv,
  setSetupData,
  settleAsync,
  settled,
  summaryEntries,
};
