import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import { Failure } from '../lib/failure.ts';
import type { App, Routes } from '../lib/http.ts';
import { BrokenRequests, hostFailure } from './broken-requests.ts';
import { addDocs } from './docs.ts';
import { Answering, drainBeforeClose } from './drain.ts';
import { type EarlyOptions, refuseEarly } from './early/refusals.ts';
import { addLimits, type LimitOptions } from './limits/limits.ts';
import { KnownPaths } from './methods.ts';
import { problemSender } from './problems.ts';
import { parseJson, validatorCompiler } from './validation.ts';

export interface AppOptions {
  log: FastifyBaseLogger;
  /** Proxies in front whose X-Forwarded-For is believed. */
  trustedHops: number;
  limits: LimitOptions;
  /** Without, nobody is refused before they are let in. */
  early?: EarlyOptions;
  /** True once the service has begun to stop: requests that come late are sent elsewhere. */
  draining: () => boolean;
  /** Every request, once it is answered. `route` is the path's pattern, 'none' when no route took it. */
  observe: (method: string, route: string, status: number, seconds: number) => void;
  routes: readonly Routes[];
}

const BODY_LIMIT_BYTES = 1_048_576;
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
const HEADERS_TIMEOUT_MILLISECONDS = 15_000;
const CHECK_TIMEOUTS_EVERY_MILLISECONDS = 5_000;
const IDLE_CONNECTION_MILLISECONDS = 120_000;
const KEEP_ALIVE_MILLISECONDS = 72_000;
/** Longer than any id may be: a path that is too long gets the answer of its field, not "no such path". */
const MAX_PARAM_LENGTH = 8_192;

const GO_ELSEWHERE = { connection: 'close', 'retry-after': '1' };

/** The HTTP shell: everything that is the same for every route, then the routes. */
export async function buildApp(options: AppOptions): Promise<App> {
  const nextRequestId = requestIds();
  const broken = new BrokenRequests(nextRequestId);
  const sendProblem = problemSender(options.log);
  const app: App = Fastify({
    // It would make a logger for every request, and say nothing that our own lines do not.
    logger: false,
    genReqId: nextRequestId,
    trustProxy: (_address, hop) => hop < options.trustedHops,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    connectionTimeout: IDLE_CONNECTION_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MILLISECONDS,
      connectionsCheckingInterval: CHECK_TIMEOUTS_EVERY_MILLISECONDS,
      // Checked by our own hook, so that its answer is ours too.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    // Answered by our own hook, as problem+json.
    return503OnClosing: false,
    // It counts while the app closes, too, and would break off the wait for the last answers.
    pluginTimeout: 0,
    clientErrorHandler: broken.refuseUnreadable,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  });
  if (options.early) refuseEarly(app, options.early, nextRequestId, options.draining);
  broken.watch(app.server);
  const paths = new KnownPaths();
  paths.watch(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request) => {
    throw paths.refuse(request);
  });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    parseJson(app.getDefaultJsonParser('error', 'error')),
  );
  const answering = new Answering();
  addDoor(app, options, answering);
  await addLimits(app, options.limits);
  addChecks(app, paths);
  await addDocs(app);
  for (const routes of options.routes) routes(app);
  drainBeforeClose(app, answering);
  return app;
}

function addDoor(app: App, { draining, observe }: AppOptions, answering: Answering): void {
  app.addHook('onRequest', (request, reply, done) => {
    answering.began(reply.raw);
    addHeaders(request, reply);
    if (draining()) done(new Failure('OVERLOADED', 'This process is stopping. Try again.', GO_ELSEWHERE));
    else done(hostFailure(request));
  });
  app.addHook('onResponse', (request, reply, done) => {
    observe(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1_000);
    done();
  });
}

/** Of every answer; a route that may be cached, and a page, says more. */
function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
  // Told by a proxy in front that we trust: it speaks TLS with the client.
  if (request.headers['x-forwarded-proto'] !== undefined && request.protocol === 'https') {
    reply.header('strict-transport-security', 'max-age=31536000');
  }
}

/** Before the body is read: what it is like does not matter where nobody would take it. */
function addChecks(app: App, paths: KnownPaths): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    if (request.is404) done(paths.refuse(request));
    else if (encoding === undefined || encoding.toLowerCase() === 'identity') done();
    else done(new Failure('UNSUPPORTED_MEDIA_TYPE', 'Send the body uncompressed.'));
  });
}

/** Unique across processes and restarts, and cheap. */
function requestIds(): () => string {
  const prefix = crypto.randomUUID().slice(0, 8);
  let last = 0;
  return () => `${prefix}-${(++last).toString(36)}`;
}
