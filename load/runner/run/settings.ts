// The options with their defaults filled in.
import { invalidConfig } from '../exit-codes.ts';
import type { HttpSettings } from '../http/client.ts';
import type { Tags } from '../metrics/metric.ts';
import { isTrendStat } from '../metrics/sinks.ts';
import type { Options } from '../options/spec.ts';

export interface Settings {
  readonly http: HttpSettings;
  readonly batch: number;
  readonly batchPerHost: number;
  /** A failed request throws instead of answering with an error. */
  readonly throwErrors: boolean;
  readonly noCookiesReset: boolean;
  readonly noVuConnectionReuse: boolean;
  readonly minIterationDurationMs: number;
  readonly systemTags: ReadonlySet<string>;
  /** On every sample. */
  readonly tags: Tags;
  readonly setupTimeoutMs: number;
  readonly teardownTimeoutMs: number;
  readonly handleSummaryTimeoutMs: number;
  readonly summaryTrendStats: readonly string[];
  readonly summaryTimeUnit: '' | 's' | 'ms' | 'us';
}

const SYSTEM_TAGS =
  'proto,subproto,status,method,url,name,group,check,error,error_code,tls_version,scenario,service,expected_response';
const USER_AGENT = 'jari-load/0.1';

/** Of one of so many processes. */
export function settingsOf(options: Options, processes = 1): Settings {
  return {
    http: {
      userAgent: options.userAgent ?? USER_AGENT,
      maxRedirects: options.maxRedirects ?? 10,
      discardResponseBodies: options.discardResponseBodies ?? false,
      noConnectionReuse: options.noConnectionReuse ?? false,
      insecureSkipTlsVerify: options.insecureSkipTLSVerify ?? false,
      hosts: options.hosts ?? {},
      turn: options.rps ? turns(options.rps / processes) : undefined,
    },
    batch: options.batch || 20,
    batchPerHost: options.batchPerHost || 6,
    throwErrors: options.throw ?? false,
    noCookiesReset: options.noCookiesReset ?? false,
    noVuConnectionReuse: options.noVUConnectionReuse ?? false,
    minIterationDurationMs: options.minIterationDuration ?? 0,
    systemTags: new Set(options.systemTags ?? SYSTEM_TAGS.split(',')),
    tags: options.tags ?? {},
    setupTimeoutMs: options.setupTimeout ?? 60_000,
    teardownTimeoutMs: options.teardownTimeout ?? 60_000,
    handleSummaryTimeoutMs: options.handleSummaryTimeout ?? 120_000,
    summaryTrendStats: trendStats(options.summaryTrendStats),
    summaryTimeUnit: timeUnit(options.summaryTimeUnit),
  };
}

/** At most `perSecond` a second, evenly spaced, whoever asks. */
function turns(perSecond: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = performance.now();
    const mine = Math.max(now, next);
    next = mine + 1000 / perSecond;
    if (mine > now) await new Promise((resolve) => setTimeout(resolve, mine - now));
  };
}

function trendStats(names: readonly string[] | undefined): readonly string[] {
  const wrong = names?.find((name) => !isTrendStat(name));
  if (wrong !== undefined)
    throw invalidConfig(`option "summaryTrendStats": "${wrong}" is not one of avg, min, med, max, count, p(N)`);
  return names ?? ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'];
}

function timeUnit(unit: string | undefined): Settings['summaryTimeUnit'] {
  if (unit === undefined || unit === '' || unit === 's' || unit === 'ms' || unit === 'us') return unit ?? '';
  throw invalidConfig(`option "summaryTimeUnit": "${unit}" is not one of s, ms, us`);
}
