// Every option this runner has, once: its name in scripts and config files, its kind, its environment variable and its
// flag. Types, parsing and the usage text come from here.
import { thresholds } from '../thresholds/config.ts';
import { bool, duration, integer, type Kind, positiveDuration, stages, text, textMap, texts } from './kinds.ts';
import { scenarios } from './scenarios.ts';

export interface OptionSpec<T> {
  readonly kind: Kind<T>;
  readonly env?: string;
  readonly flag?: string;
  readonly short?: string;
}

export const optionSpecs = {
  vus: { kind: integer, env: 'K6_VUS', flag: 'vus', short: 'u' },
  duration: { kind: positiveDuration, env: 'K6_DURATION', flag: 'duration', short: 'd' },
  iterations: { kind: integer, env: 'K6_ITERATIONS', flag: 'iterations', short: 'i' },
  stages: { kind: stages, env: 'K6_STAGES', flag: 'stage', short: 's' },
  scenarios: { kind: scenarios },
  thresholds: { kind: thresholds },
  tags: { kind: textMap },
  setupTimeout: { kind: positiveDuration, env: 'K6_SETUP_TIMEOUT' },
  teardownTimeout: { kind: positiveDuration, env: 'K6_TEARDOWN_TIMEOUT' },
  handleSummaryTimeout: { kind: positiveDuration },
  noSetup: { kind: bool, env: 'K6_NO_SETUP', flag: 'no-setup' },
  noTeardown: { kind: bool, env: 'K6_NO_TEARDOWN', flag: 'no-teardown' },
  noThresholds: { kind: bool, env: 'K6_NO_THRESHOLDS', flag: 'no-thresholds' },
  minIterationDuration: { kind: duration, env: 'K6_MIN_ITERATION_DURATION', flag: 'min-iteration-duration' },
  rps: { kind: integer, env: 'K6_RPS', flag: 'rps' },
  batch: { kind: integer, env: 'K6_BATCH', flag: 'batch' },
  batchPerHost: { kind: integer, env: 'K6_BATCH_PER_HOST', flag: 'batch-per-host' },
  maxRedirects: { kind: integer, env: 'K6_MAX_REDIRECTS', flag: 'max-redirects' },
  userAgent: { kind: text, env: 'K6_USER_AGENT', flag: 'user-agent' },
  throw: { kind: bool, env: 'K6_THROW', flag: 'throw', short: 'w' },
  discardResponseBodies: { kind: bool, env: 'K6_DISCARD_RESPONSE_BODIES', flag: 'discard-response-bodies' },
  insecureSkipTLSVerify: { kind: bool, env: 'K6_INSECURE_SKIP_TLS_VERIFY', flag: 'insecure-skip-tls-verify' },
  noConnectionReuse: { kind: bool, env: 'K6_NO_CONNECTION_REUSE', flag: 'no-connection-reuse' },
  noVUConnectionReuse: { kind: bool, env: 'K6_NO_VU_CONNECTION_REUSE', flag: 'no-vu-connection-reuse' },
  noCookiesReset: { kind: bool, env: 'K6_NO_COOKIES_RESET' },
  hosts: { kind: textMap },
  systemTags: { kind: texts, env: 'K6_SYSTEM_TAGS', flag: 'system-tags' },
  summaryTrendStats: { kind: texts, env: 'K6_SUMMARY_TREND_STATS', flag: 'summary-trend-stats' },
  summaryTimeUnit: { kind: text, env: 'K6_SUMMARY_TIME_UNIT', flag: 'summary-time-unit' },
} as const satisfies Readonly<Record<string, OptionSpec<unknown>>>;

export type OptionName = keyof typeof optionSpecs;
export type Options = { readonly [K in OptionName]?: ReturnType<(typeof optionSpecs)[K]['kind']> };

/** Options of k6 that change what a test does and that this runner does not have: a script that sets one stops. */
export const unsupportedOptions: readonly string[] = [
  'blacklistIPs',
  'blockHostnames',
  'dns',
  'executionSegment',
  'executionSegmentSequence',
  'httpDebug',
  'linger',
  'localIPs',
  'paused',
  'tlsAuth',
  'tlsCipherSuites',
  'tlsVersion',
];

/** Options of k6 that mean nothing to a run on this machine. */
export const ignoredOptions: readonly string[] = ['cloud', 'ext', 'noUsageReport', 'tlsAIAFetch', 'vusMax'];
