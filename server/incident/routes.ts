import Type from 'typebox';
import {
  AffectedUsers,
  AffectedUsersQuery,
  CompensateBody,
  Compensated,
  Incident,
  IncidentParams,
  IncidentPatch,
  Incidents,
  LanguageQuery,
} from '../../contract/incident.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { type App, answered, idempotencyKey, type Routes } from '../lib/http.ts';
import type { Compensations } from './compensate.ts';
import type { IncidentDesk } from './desk.ts';
import { wordsOf } from './desk.ts';
import type { HurtUser } from './incident.ts';
import type { Language } from './report/words/words.ts';
import type { IncidentArchive } from './store.ts';
import { detailView, summaryView, userView } from './views.ts';

const tags = ['operators'];
const PATH = '/incidents/:incidentId';
/** Whose idempotency keys these are: no user can have this id. */
const OPERATORS = '/ops';
const USERS_A_PAGE = 1_000;

const page = (type: string) => ({ [type]: { schema: Type.String() } });
const REPORT = { description: 'The report', content: { ...page('text/html'), ...page('text/markdown') } };
const USERS = {
  description: 'Each user once, with what happened',
  content: { 'application/json': { schema: AffectedUsers }, ...page('text/csv') },
};

export interface IncidentRouteParts {
  desk: IncidentDesk;
  archive: IncidentArchive;
  compensations: Compensations;
  idempotency: Idempotency;
}

/** Incidents for operators. Mounted behind the operators' check. */
export const incidentRoutes =
  (parts: IncidentRouteParts): Routes =>
  (app) => {
    addReading(app, parts);
    addReport(app, parts);
    addUsers(app, parts);
    addCompensation(app, parts);
  };

function addReading(app: App, { desk }: IncidentRouteParts): void {
  app.get(
    '/incidents',
    { schema: { tags, summary: 'Incidents, newest first', querystring: LanguageQuery, response: { 200: Incidents } } },
    async (request) => {
      const words = wordsOf(languageOf(request.query.lang, request.headers['accept-language']));
      return { items: (await desk.list()).map((record) => summaryView(record, words)) };
    },
  );
  app.get(
    PATH,
    {
      schema: {
        tags,
        summary: 'One incident, with its timeline',
        params: IncidentParams,
        querystring: LanguageQuery,
        response: { 200: Incident },
      },
    },
    async (request) => {
      const words = wordsOf(languageOf(request.query.lang, request.headers['accept-language']));
      return detailView(await desk.detail(Number(request.params.incidentId)), words);
    },
  );
  app.patch(
    PATH,
    {
      schema: {
        tags,
        summary: 'Edit what to improve',
        params: IncidentParams,
        querystring: LanguageQuery,
        body: IncidentPatch,
        response: { 200: Incident },
      },
    },
    async (request) => {
      const incidentId = Number(request.params.incidentId);
      await desk.edit(incidentId, request.body.improvements);
      const words = wordsOf(languageOf(request.query.lang, request.headers['accept-language']));
      return detailView(await desk.detail(incidentId), words);
    },
  );
}

function addReport(app: App, { desk }: IncidentRouteParts): void {
  app.get(
    `${PATH}/report`,
    {
      schema: {
        tags,
        summary: 'The report, as HTML or, by Accept, as Markdown',
        params: IncidentParams,
        querystring: LanguageQuery,
        response: { 200: REPORT },
      },
    },
    async (request, reply) => {
      const incidentId = Number(request.params.incidentId);
      const language = languageOf(request.query.lang, request.headers['accept-language']);
      reply.header('vary', 'accept, accept-language');
      if (!wants('text/markdown', request.headers.accept)) {
        reply.type('text/html; charset=utf-8').header('content-security-policy', REPORT_SECURITY);
        return desk.html(incidentId, language);
      }
      reply.type('text/markdown; charset=utf-8');
      return desk.markdown(incidentId, language);
    },
  );
}

/** Styles and pictures of its own, and nothing that runs. */
const REPORT_SECURITY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function addUsers(app: App, { desk, archive }: IncidentRouteParts): void {
  app.get(
    `${PATH}/affected-users`,
    {
      schema: {
        tags,
        summary: 'Whom it hurt, as JSON or, by Accept, as CSV',
        params: IncidentParams,
        querystring: AffectedUsersQuery,
        response: { 200: USERS },
      },
    },
    async (request, reply) => {
      const incidentId = Number(request.params.incidentId);
      await desk.settled(incidentId);
      reply.header('vary', 'accept');
      if (wants('text/csv', request.headers.accept)) {
        reply.type('text/csv; charset=utf-8');
        reply.header('content-disposition', `attachment; filename="incident-${incidentId}-affected-users.csv"`);
        return reply.send(csv(await everyUser(archive, incidentId)) as never);
      }
      const users = await archive.affectedUsers(incidentId, USERS_A_PAGE, request.query.cursor);
      const nextCursor = users.length < USERS_A_PAGE ? null : (users.at(-1)?.userId ?? null);
      return reply.type('application/json; charset=utf-8').send({ items: users.map(userView), nextCursor } as never);
    },
  );
}

function addCompensation(app: App, { compensations, idempotency }: IncidentRouteParts): void {
  app.post(
    `${PATH}/compensate`,
    {
      schema: {
        tags,
        summary: 'Make good for it: each affected user gets each kind once',
        params: IncidentParams,
        body: CompensateBody,
        response: { 200: Compensated },
      },
    },
    async (request, reply) => {
      const incidentId = Number(request.params.incidentId);
      const outcome = await idempotency.once(OPERATORS, idempotencyKey(request), async () => {
        const { amount } = request.body;
        const given = await compensations.give(incidentId, request.body);
        return { ...given, count: given.userIds.length, ...(amount !== undefined && { amount }) };
      });
      return answered(reply, outcome);
    },
  );
}

async function everyUser(archive: IncidentArchive, incidentId: number): Promise<HurtUser[]> {
  const users: HurtUser[] = [];
  for (;;) {
    const some = await archive.affectedUsers(incidentId, USERS_A_PAGE, users.at(-1)?.userId);
    users.push(...some);
    if (some.length < USERS_A_PAGE) return users;
  }
}

const COLUMNS = [
  'userId',
  'failed',
  'slow',
  'slotEnded',
  'holdEnded',
  'worstStatus',
  'longestMilliseconds',
  'apis',
  'firstAt',
  'lastAt',
] as const satisfies (keyof HurtUser)[];

/** RFC 4180. Ids and figures alone, so there is nothing to quote or that a spreadsheet would run. */
function csv(users: readonly HurtUser[]): string {
  const cell = (value: HurtUser[(typeof COLUMNS)[number]]): string => {
    if (value === null) return '';
    if (value instanceof Date) return value.toISOString();
    return Array.isArray(value) ? value.join(' ') : String(value);
  };
  const rows = users.map((user) => COLUMNS.map((column) => cell(user[column])).join(','));
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}

/** Whether a client names a type, and not only as something it would put up with after the default. */
function wants(type: string, accept: string | undefined): boolean {
  const named = (accept ?? '').split(',').map((part) => part.trim().toLowerCase());
  return named.some((part) => part === type || (part.startsWith(`${type};`) && !/;\s*q=0(\.0*)?$/.test(part)));
}

function languageOf(asked: Language | undefined, accepted: string | undefined): Language {
  if (asked) return asked;
  const first = /^\s*(ko|en)\b/i.exec(accepted ?? '')?.[1]?.toLowerCase();
  return first === 'ko' ? 'ko' : 'en';
}
