// A steady day: 10, 20 and 30 requests/s, a third of the time each; with -e TIMES=10 ten times as many.
//
// One request an arrival: people enter, ask for their place, look at the seats; 50 who are inside reserve and cancel.
//   npm run load -- load [-e BASE_URL=http://localhost:8080] [-e TIMES=1] [-e SECONDS=60] [-e USERS=50]
import { check } from 'k6';
import exec from 'k6/execution';
import {
  asking,
  bodyOf,
  cancelling,
  entering,
  FIRST_SEAT,
  forAll,
  leaving,
  letIn,
  letOut,
  NUMBERED_SEATS,
  request,
  reserving,
  send,
} from './lib/fan.js';

const TIMES = Number(__ENV.TIMES || 1);
const SECONDS = Number(__ENV.SECONDS || 60);
const USERS = Number(__ENV.USERS || 50);
const part = `${Math.max(1, Math.round(SECONDS / 3))}s`;
const users = Array.from({ length: USERS }, (_, at) => `load_${at + 1}`);

export const options = {
  scenarios: {
    day: {
      executor: 'ramping-arrival-rate',
      startRate: 10 * TIMES,
      stages: [10, 20, 30].flatMap((rate) => [
        { duration: '0s', target: rate * TIMES },
        { duration: part, target: rate * TIMES },
      ]),
      preAllocatedVUs: Math.min(50 + 5 * TIMES, 500),
      maxVUs: Math.min(100 + 20 * TIMES, 1000),
    },
  },
  batchPerHost: 20,
  thresholds: {
    'http_req_duration{name:token}': ['p(95)<300'],
    'http_req_duration{name:reservation}': ['p(95)<1000'],
    'checks{check:reserved}': ['rate>=0.99'],
    'http_req_failed{scenario:day}': ['rate<0.01'],
    // 20 a second over the day, less what was dropped.
    'http_reqs{scenario:day}': [`count>=${Math.floor(18 * TIMES * SECONDS)}`],
    dropped_iterations: [`count<${Math.max(1, TIMES * SECONDS * 0.2)}`],
  },
};

export function setup() {
  letIn(users, SECONDS + 15);
}

/** What this virtual user has bought and not yet given back. */
let reservationId;

export default function () {
  const dice = Math.random();
  if (dice < 0.4) return expect('entered', send(entering(someone())));
  if (dice < 0.7) return expect('knows the place', send(asking(user())));
  if (dice < 0.8) return expect('saw the line', send(request('queue', 'GET', '/api/v1/queue/main')));
  if (dice < 0.85) return expect('saw concerts', send(request('concerts', 'GET', '/api/v1/concerts')));
  if (reservationId) {
    expect('cancelled', send(cancelling(user(), reservationId)));
    reservationId = undefined;
    return;
  }
  const res = send(reserving(user(), FIRST_SEAT + ((exec.vu.idInTest - 1) % NUMBERED_SEATS)));
  expect('reserved', res);
  reservationId = bodyOf(res).reservationId;
}

export function teardown() {
  forAll(
    Array.from({ length: CROWD }, (_, at) => `crowd_${at + 1}`),
    (userId) => leaving(userId),
  );
  letOut(users);
}

/** Those who wait outside: few enough that teardown() can ask them to leave. */
const CROWD = Math.min(1000, 10 * TIMES * SECONDS);
const someone = () => `crowd_${Math.ceil(Math.random() * CROWD)}`;
/** The one of the users inside for whom this virtual user acts. */
const user = () => users[(exec.vu.idInTest - 1) % USERS] ?? '';

/** @param {string} what @param {import('k6/http').Response} res */
function expect(what, res) {
  check(res, { [what]: ({ status }) => status === 200 });
}
