// 50 users who are inside reserve as fast as they can for ten seconds: seat taken, paid and confirmed in one call.
//
// The seed's peak test with the seed's expectations as thresholds. setup() makes the 50 users active first.
//   npm run load -- peak [-e BASE_URL=http://localhost:8080] [-e SEATS=numbered] [-e USERS=50] [-e WAIT_SECONDS=20]
// SEATS=numbered gives each user seats of their own, 1001 to 3000 shared out; the default is seatId 1, the standing
// section. Asking again for what one has already is answered with the same reservation.
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';

const BASE_URL = (__ENV.BASE_URL || 'http://localhost:8080').replace(/\/+$/, '');
const USERS = Number(__ENV.USERS || 50);
const NUMBERED = __ENV.SEATS === 'numbered';
const FIRST_SEAT = 1001;
const SEATS_EACH = Math.floor(2000 / USERS);
/** Those whom spike.js leaves in the line. */
const SPIKE_USERS = 300;
/** A slot must last for the run and some more. */
const SLOT_NEEDED_MS = 30000;
/** How long setup() waits for slots that others are giving back. */
const WAIT_SECONDS = Number(__ENV.WAIT_SECONDS || 20);

export const options = {
  vus: USERS,
  duration: '10s',
  // For setup(), which sends many requests at once.
  batchPerHost: 20,
  thresholds: {
    'checks{check:예약 성공}': ['rate>=0.99'],
    'http_req_failed{name:reservation}': ['rate<0.01'],
    'http_req_duration{name:reservation}': ['p(95)<1000'],
    'http_reqs{name:reservation}': ['rate>=10'],
  },
};

const json = { headers: { 'Content-Type': 'application/json' } };
/** @param {string} name */
const params = (name) => ({ ...json, tags: { name } });
/** @param {number} n */
const userId = (n) => `user_${n}`;

export function setup() {
  const { cap } = queue();
  if (cap < USERS)
    exec.test.abort(
      `the queue lets only ${cap} users in at a time: start the service with QUEUE_CAP=${USERS}, or run with -e USERS=${cap}`,
    );
  let places = enter(USERS);
  const inside = () => places.filter(hasSlot).length;
  if (inside() < USERS) {
    console.log(`${inside()} of ${USERS} users are inside: asking those whom spike.js left in the line to leave`);
    leave(USERS + 1, SPIKE_USERS);
    const endingSoon = places.flatMap((place, at) => (place.status === 'ACTIVE' && !hasSlot(place) ? [at + 1] : []));
    for (const n of endingSoon) leave(n, n);
  }
  for (let second = 0; inside() < USERS && second < WAIT_SECONDS; second++) {
    places = enter(USERS);
    if (inside() < USERS) sleep(1);
  }
  if (inside() < USERS) exec.test.abort(explanation(inside()));
}

export default function () {
  const seatId = NUMBERED ? FIRST_SEAT + (__VU - 1) * SEATS_EACH + (__ITER % SEATS_EACH) : 1;
  const body = { userId: userId(__VU), concertId: 123, concertScheduleId: 456, seatId };
  const res = http.post(`${BASE_URL}/api/v1/reservation`, JSON.stringify(body), params('reservation'));
  check(res, { '예약 성공': (r) => r.status === 200 });
}

/**
 * Everyone's place in line; entering again gives the same place back.
 * @param {number} count
 * @returns {{ status: string, expiresAt: string }[]}
 */
function enter(count) {
  const url = `${BASE_URL}/api/v1/token/create`;
  const answers = together(1, count, (n) => ({
    method: 'POST',
    url,
    body: JSON.stringify({ userId: userId(n) }),
    params: params('token'),
  }));
  const refused = answers.find((res) => res.status !== 200);
  if (refused) exec.test.abort(`POST ${url}: ${refused.status} ${refused.error} ${refused.body}`);
  return answers.map((res) => /** @type {any} */ (res.json()));
}

/**
 * @param {number} first
 * @param {number} last
 */
function leave(first, last) {
  together(first, last, (n) => ({
    method: 'DELETE',
    url: `${BASE_URL}/api/v1/token?userId=${userId(n)}`,
    params: leaving,
  }));
}
/** Somebody who is not in the line at all need not leave. */
const leaving = { tags: { name: 'leave' }, responseCallback: http.expectedStatuses(204, 404) };

/**
 * The same request for many users at once.
 * @param {number} first
 * @param {number} last
 * @param {(n: number) => import('k6/http').ObjectBatchRequest} request
 */
function together(first, last, request) {
  const requests = Array.from({ length: last - first + 1 }, (_, at) => request(first + at));
  return /** @type {import('k6/http').Response[]} */ (/** @type {unknown} */ (http.batch(requests)));
}

/** @param {{ status: string, expiresAt: string }} place */
const hasSlot = (place) => place.status === 'ACTIVE' && Date.parse(place.expiresAt) - Date.now() > SLOT_NEEDED_MS;

/** @returns {{ cap: number, active: number, waiting: number }} */
function queue() {
  const res = http.get(`${BASE_URL}/api/v1/queue/main`, { tags: { name: 'queue' } });
  if (res.status !== 200) exec.test.abort(`GET ${res.url}: ${res.status} ${res.error}. Is jari running there?`);
  return /** @type {any} */ (res.json());
}

/** @param {number} inside */
function explanation(inside) {
  const { active, waiting } = queue();
  return (
    `only ${inside} of ${USERS} users are inside after ${WAIT_SECONDS} s, because others have the slots ` +
    `(${active} active, ${waiting} waiting). Wait until their slots end (at most ACTIVE_SECONDS, 5 minutes ` +
    'unless set otherwise) and run this again, or start a fresh service: DATA_DIR=$(mktemp -d) npm start'
  );
}
