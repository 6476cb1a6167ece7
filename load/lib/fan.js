// What a fan can do, call by call. Every request carries its name as a tag, so that thresholds and summaries read the
// same in all scenarios: token, status, queue, leave, seats, reservation, hold, pay, cancel, …
import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';

export const BASE_URL = (__ENV.BASE_URL || 'http://localhost:8080').replace(/\/+$/, '');
/** The demonstration concert: seat 1 is its standing section, the numbered seats come one after the other. */
export const SHOW = { concertId: 123, concertScheduleId: 456 };
export const STANDING = 1;
export const FIRST_SEAT = 1001;
export const NUMBERED_SEATS = 2000;
/** How long setup() waits for slots that others are giving back. */
const WAIT_SECONDS = Number(__ENV.WAIT_SECONDS || 20);
/** As many users as one http.batch() of setup() and teardown() asks for. */
const AT_ONCE = 50;

/** Statuses that are an answer, not a failure: whoever comes too late for a seat is told so. */
export const orTaken = http.expectedStatuses(200, 409);
const orGone = http.expectedStatuses(204, 404);

/**
 * @typedef {{ status: string, position: number, ticket: number, token: string, expiresAt: string,
 *   pollAfterSeconds: number }} Place
 * @typedef {import('k6/http').ObjectBatchRequest} Request
 * @typedef {import('k6/http').Response} Response
 */

/**
 * @param {string} name
 * @param {string} method
 * @param {string} path
 * @param {object | null} [body]
 * @param {object} [params]
 * @returns {Request}
 */
export function request(name, method, path, body, params) {
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  const more = /** @type {any} */ (params ?? {});
  return {
    method: /** @type {any} */ (method),
    url: BASE_URL + path,
    body: body ? JSON.stringify(body) : null,
    params: { ...more, headers: { ...headers, ...more.headers }, tags: { name, ...more.tags } },
  };
}

/** @param {Request} described */
export const send = ({ method, url, body, params }) => http.request(method, url, body, params);
/** The same request twice at the same moment: a double click. @param {Request} described @returns {Response[]} */
export const twice = (described) => /** @type {any} */ (http.batch([described, described]));

/** @param {string} userId @param {object} [params] */
export const entering = (userId, params) => request('token', 'POST', '/api/v1/token/create', { userId }, params);
/** @param {string} userId @param {object} [params] */
export const asking = (userId, params) => request('status', 'GET', `/api/v1/token?userId=${userId}`, null, params);
/** @param {string} userId @param {object} [params] */
export const leaving = (userId, params) =>
  request('leave', 'DELETE', `/api/v1/token?userId=${userId}`, null, { responseCallback: orGone, ...params });
/** @param {string} userId @param {number} seatId @param {object} [params] */
export const reserving = (userId, seatId, params) =>
  request('reservation', 'POST', '/api/v1/reservation', { userId, ...SHOW, seatId }, params);
/** @param {string} userId @param {number} seatId @param {object} [params] */
export const holding = (userId, seatId, params) =>
  request('hold', 'POST', '/api/v1/reservation/hold', { userId, ...SHOW, seatId }, params);
/** @param {string} userId @param {string} reservationId @param {object} [params] */
export const paying = (userId, reservationId, params) =>
  request('pay', 'POST', `/api/v1/reservation/${reservationId}/pay?userId=${userId}`, null, params);
/** @param {string} userId @param {string} reservationId @param {object} [params] */
export const cancelling = (userId, reservationId, params) =>
  request('cancel', 'DELETE', `/api/v1/reservation/${reservationId}?userId=${userId}`, null, params);
export const seatMap = () =>
  request('seats', 'GET', `/api/v1/concerts/${SHOW.concertId}/schedules/${SHOW.concertScheduleId}/seats`);

/** The line as everyone may see it. @returns {{ cap: number, active: number, waiting: number, servingTicket: number }} */
export function queue() {
  const res = send(request('queue', 'GET', '/api/v1/queue/main'));
  if (res.status !== 200) exec.test.abort(`GET ${res.url}: ${res.status} ${res.error}. Is jari running there?`);
  return /** @type {any} */ (res.json());
}

/** @param {Response} res @returns {any} */
export const bodyOf = (res) => (res.status === 200 ? res.json() : {});

/** @param {Place} place @param {number} milliseconds that the slot must last */
export const isInside = (place, milliseconds) =>
  place.status === 'ACTIVE' && Date.parse(place.expiresAt) - Date.now() > milliseconds;

/**
 * The same for many, some at a time.
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => Request} described
 * @returns {Response[]}
 */
export function forAll(items, described) {
  const answers = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const batch = items.slice(at, at + AT_ONCE).map(described);
    answers.push(.../** @type {Response[]} */ (/** @type {unknown} */ (http.batch(batch))));
  }
  return answers;
}

/**
 * For setup(): lets these users in, and ends the run with an explanation when they can't be had in.
 * @param {readonly string[]} users
 * @param {number} slotSeconds that each slot must last
 */
export function letIn(users, slotSeconds) {
  const { cap } = queue();
  if (cap < users.length)
    exec.test.abort(
      `the queue lets only ${cap} users in at a time: start the service with QUEUE_CAP=${users.length}, or run with -e USERS=${cap}`,
    );
  let outside = [...users];
  for (let second = 0; ; second++) {
    const places = forAll(outside, (userId) => entering(userId)).map((res) => {
      if (res.status !== 200) exec.test.abort(`POST ${res.url}: ${res.status} ${res.error} ${res.body}`);
      return /** @type {Place} */ (bodyOf(res));
    });
    // A slot that is about to end is given back for a new one.
    const ending = outside.filter(
      (_, at) => places[at]?.status === 'ACTIVE' && !isInside(places[at], slotSeconds * 1000),
    );
    forAll(ending, (userId) => leaving(userId));
    outside = outside.filter((_, at) => !places[at] || !isInside(places[at], slotSeconds * 1000));
    if (outside.length === 0) return;
    if (second >= WAIT_SECONDS) break;
    sleep(1);
  }
  const { active, waiting } = queue();
  forAll(users, (userId) => leaving(userId));
  exec.test.abort(
    `${outside.length} of ${users.length} users are not inside after ${WAIT_SECONDS} s, because others have the slots ` +
      `(${active} active, ${waiting} waiting) or slots last less than ${slotSeconds} s (ACTIVE_SECONDS). Wait until those ` +
      'slots end and run this again, or run it with --with embedded, which starts a fresh service',
  );
}

/** For teardown(): these users give back their seats and their slots. @param {readonly string[]} users */
export function letOut(users) {
  const lists = forAll(users, (userId) => request('reservations', 'GET', `/api/v1/reservation?userId=${userId}`));
  const live = lists.flatMap((res) => (bodyOf(res).items ?? []).filter(({ status }) => /HELD|CONFIRMED/.test(status)));
  forAll(live, ({ userId, reservationId }) => cancelling(userId, reservationId));
  forAll(users, (userId) => leaving(userId));
}
