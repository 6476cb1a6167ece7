// Climbs until it breaks: from 200 requests/s up by half each step, and says at which step the service fell behind.
//
// A fan a time: enters, asks for the place, leaves again, while one of 50 who are inside reserves or cancels: 4 requests.
// Every request carries the tag `step`, the requests/s it belongs to. The knee is the last step that was served in full
// (95 % of what was offered) with token answers within 300 ms; one bad step among good ones is a hiccup of the machine.
// The climb goes on beyond the knee, and is broken off only when answers go wrong or don't come. Up to -e FLOOR requests/s the seed's expectations must hold, or the run fails.
//   npm run load -- stress [-e BASE_URL=http://localhost:8080] [-e FROM=200] [-e TO=5000] [-e STEP_SECONDS=10]
//                          [-e FLOOR=200] [-e USERS=50]

import { textSummary } from 'https://jslib.k6.io/k6-summary/0.1.0/index.js';
import { check } from 'k6';
import exec from 'k6/execution';
import {
  asking,
  bodyOf,
  cancelling,
  entering,
  FIRST_SEAT,
  leaving,
  letIn,
  letOut,
  NUMBERED_SEATS,
  reserving,
  send,
} from './lib/fan.js';

const FROM = Number(__ENV.FROM || 200);
const TO = Number(__ENV.TO || 5000);
const FLOOR = Number(__ENV.FLOOR || FROM);
const STEP_SECONDS = Number(__ENV.STEP_SECONDS || 10);
const USERS = Number(__ENV.USERS || 50);
const GROWTH = 1.5;
const REQUESTS_A_FAN = 4;
const SERVED_IN_FULL = 0.95;
const TOKEN_LIMIT_MS = 300;

/** Requests a second, step by step; whole fans a second. */
const steps = [];
for (let rate = FROM; rate <= TO; rate *= GROWTH) steps.push(Math.round(rate / REQUESTS_A_FAN) * REQUESTS_A_FAN);
const users = Array.from({ length: USERS }, (_, at) => `stress_${at + 1}`);

export const options = {
  scenarios: {
    climb: {
      executor: 'ramping-arrival-rate',
      startRate: steps[0] / REQUESTS_A_FAN,
      stages: steps.flatMap((rate) => [
        { duration: '0s', target: rate / REQUESTS_A_FAN },
        { duration: `${STEP_SECONDS}s`, target: rate / REQUESTS_A_FAN },
      ]),
      preAllocatedVUs: 100,
      maxVUs: 400,
    },
  },
  batchPerHost: 20,
  thresholds: thresholds(),
};

function thresholds() {
  const all = {
    'http_req_failed{scenario:climb}': [{ threshold: 'rate<0.1', abortOnFail: true, delayAbortEval: '5s' }],
    'http_req_duration{scenario:climb}': [{ threshold: 'p(95)<5000', abortOnFail: true, delayAbortEval: '5s' }],
  };
  for (const step of steps) {
    const held = step <= FLOOR;
    // What is always true is there to have the step's figures in the summary.
    all[`http_reqs{step:${step}}`] = ['count>=0'];
    all[`http_req_failed{step:${step}}`] = [held ? 'rate<0.01' : 'rate<=1'];
    all[`http_req_duration{name:token,step:${step}}`] = [held ? `p(95)<${TOKEN_LIMIT_MS}` : 'p(95)>=0'];
    all[`http_req_duration{name:reservation,step:${step}}`] = [held ? 'p(95)<1000' : 'p(95)>=0'];
  }
  return all;
}

export function setup() {
  letIn(users, steps.length * STEP_SECONDS + 15);
}

let startedAt;
/** What this virtual user has bought and not yet given back. */
let reservationId;

export default function () {
  startedAt = startedAt || exec.scenario.startTime;
  const fan = `climber_${startedAt % 1e9}_${exec.scenario.iterationInTest}`;
  check(send(entering(fan, tagged())), { entered: ({ status }) => status === 200 });
  send(asking(fan, tagged()));
  const user = users[(exec.vu.idInTest - 1) % USERS] ?? '';
  if (reservationId) {
    send(cancelling(user, reservationId, tagged()));
    reservationId = undefined;
  } else {
    const res = send(reserving(user, FIRST_SEAT + ((exec.vu.idInTest - 1) % NUMBERED_SEATS), tagged()));
    check(res, { reserved: ({ status }) => status === 200 });
    reservationId = bodyOf(res).reservationId;
  }
  send(leaving(fan, tagged()));
}

/** The step that the clock is in. */
function tagged() {
  const at = Math.min(steps.length - 1, Math.floor((Date.now() - startedAt) / 1000 / STEP_SECONDS));
  return { tags: { step: String(steps[at]) } };
}

export function teardown() {
  letOut(users);
}

export function handleSummary(data) {
  const shown = Object.entries(data.metrics).filter(([name, { thresholds: judged }]) => {
    const isFigure = name.includes('step:') && Object.values(judged ?? {}).every(({ ok }) => ok);
    return !isFigure;
  });
  const text = textSummary({ ...data, metrics: Object.fromEntries(shown) }, { enableColors: false });
  return { stdout: `\n${text}\n${climbTable(data.metrics)}\n` };
}

/** @param {Record<string, { values: Record<string, number> }>} metrics */
function climbTable(metrics) {
  const values = (name) => metrics[name]?.values ?? {};
  const rows = steps.map((step) => {
    const served = (values(`http_reqs{step:${step}}`).count ?? 0) / STEP_SECONDS;
    const token = values(`http_req_duration{name:token,step:${step}}`)['p(95)'] ?? 0;
    const reservation = values(`http_req_duration{name:reservation,step:${step}}`)['p(95)'] ?? 0;
    const failed = values(`http_req_failed{step:${step}}`).rate ?? 0;
    const holds = served >= step * SERVED_IN_FULL && token <= TOKEN_LIMIT_MS && failed < 0.01;
    return { step, served, token, reservation, failed, holds };
  });
  // Two bad steps one after the other, or a bad one at the end.
  const broken = rows.findIndex(({ holds }, at) => !holds && !rows[at + 1]?.holds);
  const knee = broken < 0 ? rows.at(-1) : rows[broken - 1];
  const lines = rows.map(({ step, served, token, reservation, failed, holds }) =>
    [
      `  ${holds ? '✓' : '✗'} ${String(step).padStart(7)}`,
      served.toFixed(0).padStart(9),
      `${token.toFixed(1)} ms`.padStart(12),
      `${reservation.toFixed(1)} ms`.padStart(18),
      `${(failed * 100).toFixed(2)} %`.padStart(9),
    ].join(''),
  );
  const verdict =
    broken < 0
      ? `no knee up to ${rows.at(-1)?.step} requests/s: go on with -e TO=${2 * TO}`
      : `the knee: ${knee ? `${knee.step} requests/s are served in full, ${rows[broken]?.step} are not` : `below ${rows[0]?.step} requests/s: start with -e FROM=${Math.round(FROM / 4)}`}`;
  return ['    offered   served   token p95   reservation p95   failed', ...lines, '', `  ${verdict}`, ''].join('\n');
}
