import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../lib/failure.ts';

/** Knows which methods each path answers, so that a wrong method is told from a wrong path. */
export class KnownPaths {
  readonly #methods = new Map<string, { path: RegExp; methods: Set<string> }>();

  /** Before the routes are added. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      const known = this.#methods.get(url) ?? { path: pattern(url), methods: new Set() };
      for (const one of [method].flat()) known.methods.add(one);
      this.#methods.set(url, known);
    });
  }

  /** The answer for a request that no route took. */
  refuse(request: FastifyRequest): Failure {
    // A proxy may send the whole URL.
    const [path = '/'] = request.url.replace(/^https?:\/\/[^/?]*/, '').split('?');
    const allowed = new Set<string>();
    // A path that is a route by itself is nobody's id: /reservation/hold is no reservation.
    const own = this.#methods.get(path);
    for (const known of own ? [own] : this.#methods.values()) {
      if (known.path.test(path)) for (const method of known.methods) allowed.add(method);
    }
    if (allowed.size === 0) return new Failure('NOT_FOUND', 'There is nothing at this path. See /docs.');
    const allow = [...allowed].sort().join(', ');
    return new Failure('METHOD_NOT_ALLOWED', `This path answers ${allow}.`, { allow });
  }
}

const pattern = (url: string) =>
  new RegExp(`^${url.replace(/[.+^$()[\]{}|\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}/?$`);
