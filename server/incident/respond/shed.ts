import { Failure } from '../../lib/failure.ts';
import type { Routes } from '../../lib/http.ts';
import { latencyAt } from '../../monitor/latency.ts';
import type { Entry } from '../incident.ts';
import { entry, isUnwell, type Response, type Situation } from './response.ts';

const TOKEN_ROUTE = '/api/v1/token/create';
/** However bad it is, so many may ask at the same time: enough to see whether it gets better. */
const LEAST_AT_A_TIME = 16;
const FEWER = 0.7;
const MORE = 1.1;
const MOST_LAG_MILLISECONDS = 300;
/** Those who are refused come back at different times. */
const RETRY_SECONDS = [1, 2, 3];

export interface ShedOptions {
  /** While the token API answers within this, fewer need to be refused. */
  tokenMilliseconds: number;
  random?: () => number;
}

/**
 * Refuses some of those who enter the line, so that the others are answered in time: a limit on how many are answered
 * at the same time, lowered while it is slow and raised while it is not. Who is refused has lost no place: they had
 * none, or keep the one they have.
 */
export class Shed implements Response {
  readonly name = 'shed';
  readonly #options: Required<ShedOptions>;
  readonly #refused = new WeakSet<object>();
  #limit: number | null = null;
  #answering = 0;
  #count = 0;

  constructor(options: ShedOptions) {
    this.#options = { random: Math.random, ...options };
  }

  get inForce(): boolean {
    return this.#limit !== null;
  }

  /** Whether a request was refused here. */
  refused(request: object): boolean {
    return this.#refused.has(request);
  }

  /** Before the routes are added. Refuses after the body is read, so that it is known who was refused. */
  readonly routes: Routes = (app) => {
    app.addHook('onRoute', (route) => {
      if (route.url !== TOKEN_ROUTE || route.method !== 'POST') return;
      route.preHandler = (request, reply, done) => {
        if (this.#limit !== null && this.#answering >= this.#limit) {
          this.#refused.add(request);
          this.#count++;
          return void done(this.#refusal());
        }
        this.#answering++;
        reply.raw.once('close', () => this.#answering--);
        done();
      };
    });
  };

  follow(situation: Situation): Entry[] {
    if (!isUnwell(situation, ['TOKEN_STORM'])) return this.#end();
    const { http, process } = situation.latest;
    const latency = http.token ? (latencyAt(http.token.latencies, 0.95) ?? 0) : 0;
    const slow = latency > this.#options.tokenMilliseconds || process.eventLoopLagMilliseconds > MOST_LAG_MILLISECONDS;
    if (this.#limit !== null) {
      this.#limit = Math.max(LEAST_AT_A_TIME, Math.round(this.#limit * (slow ? FEWER : MORE)));
      return [];
    }
    if (!slow) return [];
    this.#limit = Math.max(LEAST_AT_A_TIME, Math.round(this.#answering * FEWER));
    this.#count = 0;
    return [entry(this.name, 'ON', { limit: this.#limit, latencyMilliseconds: Math.round(latency) })];
  }

  #end(): Entry[] {
    if (this.#limit === null) return [];
    this.#limit = null;
    return [entry(this.name, 'OFF', { refused: this.#count })];
  }

  #refusal(): Failure {
    const seconds = RETRY_SECONDS[Math.floor(this.#options.random() * RETRY_SECONDS.length)] ?? 1;
    return new Failure('OVERLOADED', 'Too many people enter at this moment. Nobody loses a place; try again shortly.', {
      'retry-after': String(seconds),
    });
  }
}
