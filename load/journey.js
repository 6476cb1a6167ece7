// The whole way of a fan, 2,000 of them through 50 slots: enter, wait, choose a seat, hold it, pay, leave.
//
// 400 come within four seconds; as one goes the next one comes. Waiting is polling the public page of the line, seldom
// at the back and often near the door (k6 has no server-sent events). Some fans lose patience and leave the line, some
// enter and never come back, some click everything twice. Half want a numbered seat and take the next one when somebody
// is quicker; the others stand. Seats stay sold.
//   npm run load -- journey [-e BASE_URL=http://localhost:8080] [-e FANS=2000] [-e AT_ONCE=400] [-e RUSH_SECONDS=4]
//                           [-e THINK_SECONDS=0.2] [-e IMPATIENT=10] [-e NO_SHOWS=1] [-e DOUBLE_CLICKERS=10] (percent)
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
import {
  asking,
  bodyOf,
  entering,
  holding,
  isInside,
  leaving,
  orTaken,
  paying,
  queue,
  request,
  STANDING,
  seatMap,
  send,
  twice,
} from './lib/fan.js';

const FANS = Number(__ENV.FANS || 2000);
const AT_ONCE = Math.min(FANS, Number(__ENV.AT_ONCE || 400));
const RUSH_SECONDS = Number(__ENV.RUSH_SECONDS || 4);
const THINK_SECONDS = Number(__ENV.THINK_SECONDS || 0.2);
const IMPATIENT = Number(__ENV.IMPATIENT || 10) / 100;
const NO_SHOWS = Number(__ENV.NO_SHOWS || 1) / 100;
const DOUBLE_CLICKERS = Number(__ENV.DOUBLE_CLICKERS || 10) / 100;
/** Asking again: this often next to the door, and never less often than the service wants it at the back. */
const SHORTEST_POLL_SECONDS = 0.5;
const SEAT_TRIES = 5;
/** Nobody starts to buy in the last seconds of a slot. */
const PURCHASE_MS = 5000;

const bought = new Counter('fans_bought');
const impatient = new Counter('fans_impatient');
const noShows = new Counter('fans_no_show');
const servedFans = new Rate('fans_served');
const timeInLine = new Trend('time_in_line', true);
const timeInside = new Trend('time_inside', true);

export const options = {
  scenarios: { fans: { executor: 'shared-iterations', vus: AT_ONCE, iterations: FANS, maxDuration: '30m' } },
  thresholds: {
    fans_served: ['rate>=0.99'],
    checks: ['rate>=0.99'],
    http_req_failed: ['rate<0.01'],
    'http_req_duration{name:token}': ['p(95)<300'],
    'http_req_duration{name:hold}': ['p(95)<1000'],
    'http_req_duration{name:pay}': ['p(95)<1000'],
  },
};

export function setup() {
  const { active, cap } = queue();
  if (active >= cap)
    exec.test.abort(`all ${cap} slots are taken by others: wait until they end, or run with --with embedded`);
  return { began: Date.now() };
}

/** @param {{ began: number }} data */
export default function ({ began }) {
  if (__ITER === 0) sleep(RUSH_SECONDS * Math.random());
  const fan = {
    userId: `fan_${began}_${exec.scenario.iterationInTest}`,
    clicksTwice: Math.random() < DOUBLE_CLICKERS,
    patienceSeconds: Math.random() < IMPATIENT ? 2 + 8 * Math.random() : 3600,
  };
  const enteredAt = Date.now();
  const place = click(fan, entering(fan.userId), 'one place in line', 'ticket');
  if (!place.status) return void servedFans.add(false);
  if (place.status === 'WAITING' && Math.random() < NO_SHOWS) return void noShows.add(1);
  if (!isInside(place, PURCHASE_MS) && !waitFor(fan, place, enteredAt)) return;
  const insideAt = Date.now();
  timeInLine.add(insideAt - enteredAt);
  const paid = buy(fan);
  check(send(leaving(fan.userId)), { 'left the slot': ({ status }) => status === 204 });
  timeInside.add(Date.now() - insideAt);
  if (paid) bought.add(1);
  servedFans.add(paid);
}

/**
 * Looks at the public page until the ticket's turn has come. False when the fan has gone.
 * @param {{ userId: string, patienceSeconds: number }} fan
 */
function waitFor(fan, place, enteredAt) {
  let last = { at: Date.now(), serving: queue().servingTicket };
  let pause = SHORTEST_POLL_SECONDS;
  for (;;) {
    if (Date.now() - enteredAt > fan.patienceSeconds * 1000) return leave(fan);
    // Everybody a little differently, so that they don't ask in step.
    sleep(pause * (0.75 + Math.random() / 2));
    const { servingTicket: serving } = queue();
    if (serving >= place.ticket) {
      const now = bodyOf(send(asking(fan.userId)));
      if (isInside(now, PURCHASE_MS)) return true;
      if (now.status !== 'WAITING') return void servedFans.add(false);
    }
    const ticketsASecond = ((serving - last.serving) * 1000) / Math.max(1, Date.now() - last.at);
    last = { at: Date.now(), serving };
    const left = ticketsASecond > 0 ? (place.ticket - serving) / ticketsASecond : 2 * pause;
    pause = Math.min(place.pollAfterSeconds, Math.max(SHORTEST_POLL_SECONDS, left / 3));
  }
}

function leave({ userId }) {
  check(send(leaving(userId)), { 'left the line': ({ status }) => status === 204 });
  impatient.add(1);
  return false;
}

/** Seat map, hold, pay. */
function buy(fan) {
  const { items = [] } = bodyOf(send(seatMap()));
  sleep(THINK_SECONDS);
  const held = holdOne(fan, items);
  if (!held) return false;
  sleep(THINK_SECONDS);
  const paid = click(fan, paying(fan.userId, held.reservationId), 'paid once', 'reservationId');
  if (fan.clicksTwice) checkOnePayment(fan, held.reservationId);
  return paid.status === 'CONFIRMED';
}

function holdOne(fan, items) {
  const free = items.filter(({ kind, status }) => kind === 'SEAT' && status === 'AVAILABLE');
  const numbered = Math.random() < 0.5 ? SEAT_TRIES : 0;
  for (let tries = 0; tries < numbered && free.length > 0; tries++) {
    const { seatId } = free[Math.floor(Math.random() * free.length)];
    const held = click(fan, holding(fan.userId, seatId, { responseCallback: orTaken }), 'one hold', 'reservationId');
    if (held.reservationId) return held;
  }
  const standing = click(fan, holding(fan.userId, STANDING), 'one hold', 'reservationId');
  return standing.reservationId ? standing : undefined;
}

/**
 * Once, or twice at the same moment: then both answers must be about the same.
 * @param {{ clicksTwice: boolean }} fan
 * @param {import('k6/http').ObjectBatchRequest} described
 */
function click(fan, described, what, sameField) {
  if (!fan.clicksTwice) return bodyOf(send(described));
  const [first, second] = twice(described).map(bodyOf);
  check(null, { [what]: () => first[sameField] === second[sameField] });
  return first;
}

function checkOnePayment({ userId }, reservationId) {
  const { items = [] } = bodyOf(send(request('entries', 'GET', `/api/v1/wallet/${userId}/entries`)));
  const payments = items.filter((entry) => entry.kind === 'PAYMENT' && entry.reservationId === reservationId);
  check(null, { 'charged once': () => payments.length === 1 });
}
