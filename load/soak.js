// Hours of an ordinary day: every path of the service at a modest rate, to see what grows, leaks or slows down.
//
// Ten visits a second: people look around, stand in line for a moment and leave, or buy a seat and give it back, or
// leave it held.
//   npm run load -- soak [-e BASE_URL=http://localhost:8080] [-e MINUTES=10] [-e RATE=10]
import { check } from 'k6';
import exec from 'k6/execution';
import {
  asking,
  BASE_URL,
  bodyOf,
  cancelling,
  entering,
  FIRST_SEAT,
  holding,
  isInside,
  leaving,
  NUMBERED_SEATS,
  orTaken,
  paying,
  queue,
  request,
  SHOW,
  seatMap,
  send,
} from './lib/fan.js';

const MINUTES = Number(__ENV.MINUTES || 10);
const RATE = Number(__ENV.RATE || 10);
/** Fewer than the slots: others find one free. */
const BUYERS = Number(__ENV.BUYERS || 25);
/** A purchase must not run into the end of its slot. */
const PURCHASE_MS = 10000;
const CHARGE = 1000;
/** One purchase in so many holds a seat and never comes back for it, out of so many seats that nobody else wants. */
const ABANDONED = 10;
const SEATS_TO_ABANDON = 1000;

export const options = {
  scenarios: {
    visits: {
      executor: 'constant-arrival-rate',
      rate: RATE,
      duration: `${Math.round(MINUTES * 60)}s`,
      preAllocatedVUs: BUYERS,
      maxVUs: BUYERS + 10 * RATE,
    },
  },
  thresholds: {
    checks: ['rate>=0.99'],
    'http_req_failed{scenario:visits}': ['rate<0.01'],
    'http_req_duration{name:token}': ['p(95)<300'],
    'http_req_duration{name:hold}': ['p(95)<1000'],
    'http_req_duration{name:pay}': ['p(95)<1000'],
    dropped_iterations: [`count<${Math.max(1, MINUTES * 60 * RATE * 0.01)}`],
  },
};

export function setup() {
  const { active, cap } = queue();
  if (active + BUYERS > cap)
    exec.test.abort(
      `${active} of ${cap} slots are taken at ${BASE_URL}, ${BUYERS} are needed: wait, or use --with embedded`,
    );
  return { began: Date.now() };
}

/** @param {{ began: number }} data */
export default function ({ began }) {
  const dice = Math.random();
  if (dice < 0.4) return lookAround();
  if (dice < 0.7 || exec.vu.idInTest > BUYERS) return standInLine(`soak_${began}_${exec.scenario.iterationInTest}`);
  const buyer = `soak_buyer_${exec.vu.idInTest}`;
  if (Math.random() < 1 / ABANDONED) return abandon(buyer, exec.scenario.iterationInTest);
  return buy(buyer, FIRST_SEAT + SEATS_TO_ABANDON + (exec.vu.idInTest % (NUMBERED_SEATS - SEATS_TO_ABANDON)));
}

function lookAround() {
  expect('the line', send(request('queue', 'GET', '/api/v1/queue/main')));
  expect('concerts', send(request('concerts', 'GET', '/api/v1/concerts')));
  expect('schedules', send(request('schedules', 'GET', `/api/v1/concerts/${SHOW.concertId}/schedules`)));
  expect('seats', send(seatMap()));
}

/** @param {string} userId */
function standInLine(userId) {
  expect('entered', send(entering(userId)));
  expect('place', send(asking(userId)));
  expect('left', send(leaving(userId)), 204);
}

/**
 * @param {string} userId
 * @param {number} seatId
 */
function buy(userId, seatId) {
  if (!admitted(userId)) return;
  const once = { headers: { 'Idempotency-Key': `${exec.scenario.name}-${exec.scenario.iterationInTest}` } };
  expect('charged', send(request('charge', 'POST', `/api/v1/wallet/${userId}/charge`, { amount: CHARGE }, once)));
  const held = send(holding(userId, seatId));
  if (!expect('held', held)) return;
  const { reservationId } = bodyOf(held);
  expect('paid', send(paying(userId, reservationId)));
  expect(
    'reservation',
    send(request('reservation-read', 'GET', `/api/v1/reservation/${reservationId}?userId=${userId}`)),
  );
  expect('reservations', send(request('reservations', 'GET', `/api/v1/reservation?userId=${userId}`)));
  expect('wallet', send(request('wallet', 'GET', `/api/v1/wallet/${userId}`)));
  expect('entries', send(request('entries', 'GET', `/api/v1/wallet/${userId}/entries`)));
  expect('cancelled', send(cancelling(userId, reservationId)));
}

/**
 * The hold runs out by itself.
 * @param {string} userId
 * @param {number} visit
 */
function abandon(userId, visit) {
  if (!admitted(userId)) return;
  const res = send(holding(userId, FIRST_SEAT + (visit % SEATS_TO_ABANDON), { responseCallback: orTaken }));
  check(res, { 'held or taken': ({ status }) => status === 200 || status === 409 });
}

/** Slots end after some minutes: a buyer whose slot is about to end gives it back and asks for a new one. */
function admitted(userId) {
  let place = bodyOf(send(entering(userId)));
  if (place.status === 'ACTIVE' && !isInside(place, PURCHASE_MS)) {
    send(leaving(userId));
    place = bodyOf(send(entering(userId)));
  }
  return isInside(place, PURCHASE_MS);
}

/**
 * @param {string} what
 * @param {import('k6/http').Response} res
 */
function expect(what, res, wanted = 200) {
  return check(res, { [what]: ({ status }) => status === wanted });
}

export function teardown() {
  for (let buyer = 1; buyer <= BUYERS; buyer++) send(leaving(`soak_buyer_${buyer}`));
}
