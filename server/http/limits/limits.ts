import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { Failure } from '../../lib/failure.ts';
import type { Gossip } from '../../lib/gossip.ts';
import type { App } from '../../lib/http.ts';
import { Counts } from './counts.ts';

export interface LimitOptions {
  /** Requests a second from one address; 0 is no limit. */
  perAddress: number;
  /** Requests a second of one user; 0 is no limit. */
  perUser: number;
  /** Who asks, as far as that is proven or believed; null for nobody in particular. */
  userOf: (request: FastifyRequest) => Promise<string | null>;
  /** What the processes count together by; without, each counts for itself. */
  gossip: Gossip | null;
}

const TELL_EVERY_MILLISECONDS = 200;
const LIVES = /^\/(healthz|readyz)(?![^?])/;

/** Refuses whoever asks more often than the settings allow, with 429 RATE_LIMITED. */
export async function addLimits(app: App, options: LimitOptions): Promise<void> {
  if (options.perAddress > 0) await limitAddresses(app, options.perAddress, shared(app, options, 'addresses'));
  if (options.perUser > 0) limitUsers(app, options, shared(app, options, 'users'));
}

/** The library makes the key (IPv6 by /64, since that is what one customer gets), the headers and the hook. */
async function limitAddresses(app: App, perSecond: number, counts: Counts): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: perSecond,
    timeWindow: 1_000,
    store: storeOf(counts, perSecond),
    allowList: (request) => LIVES.test(request.url),
    errorResponseBuilder: (_request, { ttl }) => refusal(perSecond, 'from one address', ttl),
  });
  // One count for all paths, those that don't exist too.
  app.addHook('onRequest', app.rateLimit());
}

function storeOf(counts: Counts, perSecond: number): FastifyRateLimitStoreCtor {
  return class implements FastifyRateLimitStore {
    incr(key: string, done: (error: Error | null, result: { current: number; ttl: number }) => void): void {
      const wait = counts.take(key);
      done(null, wait > 0 ? { current: perSecond + 1, ttl: wait } : { current: 1, ttl: 1_000 });
    }
    child() {
      return this;
    }
  };
}

/** After the checks of the request, so that its user is known. */
function limitUsers(app: App, { perUser, userOf }: LimitOptions, counts: Counts): void {
  app.addHook('preHandler', async (request) => {
    const userId = await userOf(request);
    const wait = userId === null ? 0 : counts.take(userId);
    if (wait > 0) throw refusal(perUser, 'of one user', wait);
  });
}

function refusal(perSecond: number, whose: string, waitMilliseconds: number): Failure {
  const seconds = Math.max(1, Math.ceil(waitMilliseconds / 1_000));
  const detail = `At most ${perSecond} requests a second ${whose}. Try again in ${seconds} s.`;
  return new Failure('RATE_LIMITED', detail, { 'retry-after': String(seconds) });
}

/** Counts that hear of those of the other processes, and tell theirs, a few times a second. */
function shared(app: App, { perAddress, perUser, gossip }: LimitOptions, whose: 'addresses' | 'users'): Counts {
  const counts = new Counts(whose === 'addresses' ? perAddress : perUser);
  if (!gossip) return counts;
  const topic = `limits:${whose}`;
  const me = crypto.randomUUID();
  gossip.hear(topic, (text) => {
    for (const [key, requests] of newsOf(text, me)) counts.add(key, requests);
  });
  const timer = setInterval(() => {
    const news = counts.news();
    if (news.length > 0) gossip.tell(topic, JSON.stringify({ from: me, news }));
  }, TELL_EVERY_MILLISECONDS).unref();
  app.addHook('onClose', async () => clearInterval(timer));
  return counts;
}

/** What another process told of its counts. Nothing, where it is not said as we say it: a later release may. */
export function newsOf(text: string, me: string): [key: string, requests: number][] {
  try {
    const { from, news } = JSON.parse(text) as { from: string; news: [string, number][] };
    return from === me ? [] : news.filter(([key, requests]) => typeof key === 'string' && Number.isInteger(requests));
  } catch {
    return [];
  }
}
