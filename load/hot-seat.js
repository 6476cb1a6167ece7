// 50 users who are inside want the same numbered seat at the same moment: one gets it, the others are told so at once.
//
// A round a second, each about another seat. teardown() gives the seats back, so that it can be run again.
//   npm run load -- hot-seat [-e BASE_URL=http://localhost:8080] [-e ROUNDS=20] [-e USERS=50] [-e WAIT_SECONDS=20]
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import { Counter, Trend } from 'k6/metrics';
import { bodyOf, letIn, letOut, orTaken, reserving, seatMap, send } from './lib/fan.js';

const USERS = Number(__ENV.USERS || 50);
const ROUNDS = Number(__ENV.ROUNDS || 20);
const ROUND_MS = Number(__ENV.ROUND_MS || 1000);
/** Slots must last for all rounds and some more. */
const SLOT_SECONDS = (ROUNDS * ROUND_MS) / 1000 + 15;

const users = Array.from({ length: USERS }, (_, at) => `hot_${at + 1}`);
const won = new Counter('seats_won');
const lostAfter = new Trend('told_taken_after', true);

export const options = {
  scenarios: { rounds: { executor: 'per-vu-iterations', vus: USERS, iterations: ROUNDS, maxDuration: '10m' } },
  batchPerHost: 20,
  setupTimeout: '120s',
  thresholds: {
    seats_won: [`count==${ROUNDS}`],
    'checks{check:won or told that it is taken}': ['rate==1'],
    'http_req_failed{name:reservation}': ['rate<0.01'],
    told_taken_after: ['p(95)<1000'],
    'http_req_duration{name:reservation}': ['p(95)<1000'],
  },
};

export function setup() {
  letIn(users, SLOT_SECONDS);
  const { items } = bodyOf(send(seatMap()));
  const free = items.filter(({ kind, status }) => kind === 'SEAT' && status === 'AVAILABLE');
  if (free.length < ROUNDS)
    exec.test.abort(
      `only ${free.length} numbered seats are free: run with -e ROUNDS=${free.length} or a fresh service`,
    );
  const seats = free.slice(0, ROUNDS).map(({ seatId }) => seatId);
  return { seats, startsAt: Date.now() + 500 };
}

/** @param {{ seats: number[], startsAt: number }} data */
export default function ({ seats, startsAt }) {
  const untilRound = startsAt + __ITER * ROUND_MS - Date.now();
  if (untilRound > 0) sleep(untilRound / 1000);
  const userId = users[(exec.vu.idInTest - 1) % USERS] ?? '';
  const res = send(reserving(userId, seats[__ITER] ?? 0, { responseCallback: orTaken }));
  const taken = res.status === 409 && res.json('code') === 'SEAT_TAKEN';
  if (res.status === 200) won.add(1);
  if (taken) lostAfter.add(res.timings.duration);
  check(res, { 'won or told that it is taken': ({ status }) => status === 200 || taken });
}

export function teardown() {
  letOut(users);
}
