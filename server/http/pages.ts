import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { App, Routes } from '../lib/http.ts';

export interface PagesOptions {
  /** Where `scripts/pages/build.ts` has put them. */
  folder: string;
  auth: 'open' | 'token';
  /** Demonstration data, open to all and not in production: the console may send made-up crowds in. */
  demonstration: boolean;
}

/** Paths of the fan's pages; each is the same file, which reads the path. */
const FAN_PATHS = [
  '/',
  '/concerts/:concertId',
  '/concerts/:concertId/:concertScheduleId',
  '/tickets',
  '/tickets/:reservationId',
  '/me',
];
const OPS_PATH = '/ops';

/** No inline script or style, nothing from elsewhere, no framing. */
const SECURITY = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>jari</title>
<h1>The pages are not built</h1>
<p>The API works. Run <code>npm run pages</code>, read what it says, and start jari again.</p>`;

/** The fan's pages and the operators' console, as they were built. */
export const pagesRoutes =
  (options: PagesOptions): Routes =>
  (app) => {
    const fan = page(options, 'index.html');
    const ops = page(options, 'ops.html');
    for (const path of FAN_PATHS) app.get(path, { schema: { hide: true } }, (_request, reply) => send(reply, fan));
    app.get(OPS_PATH, { schema: { hide: true } }, (_request, reply) => send(reply, ops));
    if (fan && ops) addAssets(app, join(options.folder, 'assets'));
  };

/** A page with what the service says of itself; null when it isn't built. */
function page({ folder, auth, demonstration }: PagesOptions, file: string): string | null {
  const says = `auth=${auth}${demonstration ? ' demonstration' : ''}`;
  try {
    return readFileSync(join(folder, file), 'utf8').replace(
      /<meta name="jari" content="[^"]*"/,
      `<meta name="jari" content="${says}"`,
    );
  } catch {
    return null;
  }
}

function send(reply: FastifyReply, html: string | null): FastifyReply {
  reply.headers(SECURITY).header('cache-control', 'no-cache').type('text/html; charset=utf-8');
  return html === null ? reply.code(503).send(NOT_BUILT) : reply.send(html);
}

/** Names change with content, so what has been fetched once never has to be asked for again. */
function addAssets(app: App, root: string): void {
  app.register(fastifyStatic, {
    root,
    prefix: '/assets/',
    index: false,
    decorateReply: false,
    preCompressed: true,
    immutable: true,
    maxAge: '1y',
    setHeaders: (reply) => void reply.headers({ 'x-content-type-options': 'nosniff' }),
  });
}
