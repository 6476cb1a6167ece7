import { expect } from 'vitest';
import { type Answer, call, OPS_TOKEN, type Service, startService } from '../../support/service.ts';
import { bearer, type Mode } from './modes.ts';
import { OpenApi } from './openapi.ts';

/** Somebody whom no other test knows. */
export interface User {
  id: string;
  /** Headers that prove it, where that is asked. */
  login: Record<string, string>;
}

export interface Place {
  userId: string;
  queueId: string;
  token: string;
  status: string;
  position: number;
  ticket: number;
  etaSeconds: number;
  expiresAt: string | null;
  pollAfterSeconds: number;
}

export interface Reservation {
  reservationId: string;
  userId: string;
  concertId: number;
  concertScheduleId: number;
  seatId: number;
  status: string;
  price: number;
  balance: number | null;
  heldUntil: string | null;
  confirmedAt: string | null;
}

export const OPS = bearer(OPS_TOKEN);
export const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let last = 0;
/** A name that no other test has used. */
export const fresh = (what: string): string => `${what}-${process.pid}-${++last}`;

/** A running service with one way to tell who is asking. Every answer is compared with the service's own OpenAPI. */
export class World {
  readonly service: Service;
  readonly mode: Mode;
  readonly openapi: OpenApi;
  #nextSeat = 1001;

  private constructor(service: Service, mode: Mode, openapi: OpenApi) {
    this.service = service;
    this.mode = mode;
    this.openapi = openapi;
  }

  static async start(mode: Mode, env: Record<string, string> = {}): Promise<World> {
    const service = await startService({ ...mode.env, ...env });
    return new World(service, mode, await OpenApi.of(service.url));
  }

  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await call<T>(this.service.url, method, path, body, headers);
    this.openapi.expectAsDocumented(method, path, answer);
    return answer;
  }

  async user(id = fresh('user')): Promise<User> {
    return { id, login: await this.mode.login(id) };
  }

  async enter(user: User, queueId?: string): Promise<Place> {
    const body = { userId: user.id, ...(queueId !== undefined && { queueId }) };
    const answer = await this.ask<Place>('POST', '/api/v1/token/create', body, user.login);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  }

  /** Somebody inside a line of their own. */
  async inside(): Promise<User & { queueId: string; token: string }> {
    const user = await this.user();
    const queueId = fresh('queue');
    const { token, status } = await this.enter(user, queueId);
    expect(status).toBe('ACTIVE');
    return { ...user, queueId, token };
  }

  /** Headers for a place: its token. */
  place(token: string): Record<string, string> {
    return bearer(token);
  }

  /** A numbered seat of 123/456 that no other test has taken. */
  seat(): { concertId: number; concertScheduleId: number; seatId: number } {
    return { concertId: 123, concertScheduleId: 456, seatId: this.#nextSeat++ };
  }

  configure(queueId: string, patch: Record<string, unknown>): Promise<Answer> {
    return this.ask('PATCH', `/ops/api/queues/${queueId}`, patch, OPS);
  }

  async expectAuditOk(): Promise<void> {
    const { body } = await this.ask<{ ok: boolean; checks: unknown[] }>('GET', '/ops/api/audit', undefined, OPS);
    expect(body.ok, JSON.stringify(body.checks)).toBe(true);
  }
}

/** Fails unless an answer is the problem that a code stands for. */
export function expectProblem(answer: Answer<unknown>, status: number, code: string): void {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { status, code } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = answer.body as Record<string, unknown>;
  const known = ['type', 'title', 'status', 'detail', 'code', 'requestId', 'errors'];
  if (code.startsWith('CHALLENGE_')) known.push('challenge');
  expect(Object.keys(problem).filter((key) => !known.includes(key))).toEqual([]);
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^\S+$/),
    title: expect.stringMatching(/\S/),
    detail: expect.stringMatching(/\S/),
    requestId: expect.stringMatching(/^\S+$/),
  });
  if (code === 'UNAUTHENTICATED') expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  if (status === 429 || status === 503) expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
}
