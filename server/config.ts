import { resolve } from 'node:path';

/** Everything the service can be told from outside. Units are in the names. Frozen. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** One server, or nodes of a Redis Cluster with commas between; the line lives there when it is set. */
  readonly redisUrl: string | undefined;
  /** host:port each; events go through Kafka when there are any. */
  readonly kafkaBrokers: readonly string[] | undefined;
  /** Of every topic that is made at start. */
  readonly kafkaPartitions: number;
  /** Before the name of every topic and consumer group, so that installations can share a cluster. */
  readonly kafkaPrefix: string;
  readonly queueCap: number;
  readonly activeSeconds: number;
  readonly holdSeconds: number;
  readonly noShowSeconds: number;
  readonly openingBalance: number;
  readonly seatsPerUser: number;
  readonly auth: 'open' | 'token';
  /** The first signs queue tokens, those of all are believed. None: one is made at the first start. */
  readonly tokenSecrets: readonly string[];
  readonly identitySecret: string | undefined;
  readonly identityJwks: string | undefined;
  readonly opsToken: string | undefined;
  /** Requests a second from one client address; 0 is no limit. */
  readonly rateLimitPerSecond: number;
  /** Requests a second of one user, whatever addresses they come from; 0 is no limit. */
  readonly userLimitPerSecond: number;
  /** Event streams that one address may have open on a process; 0 is no limit. */
  readonly streamsPerAddress: number;
  readonly webhookUrl: string | undefined;
  readonly webhookSecret: string | undefined;
  readonly production: boolean;
  readonly logLevel: string;
  /** Proxies in front whose X-Forwarded-For is believed. */
  readonly trustedHops: number;
  readonly demoData: boolean;
  /** Off where another process runs the scheduler; its jobs are run here only when nobody does. */
  readonly scheduler: boolean;
  /** What jari may do by itself about an incident. */
  readonly responses: readonly ResponseName[];
  /** So low an incident may take a cap, as a part of the operator's own. */
  readonly capFloorPercent: number;
  /** Slower than this, 95 % of the time, is the sign of an incident. */
  readonly incidentTokenMilliseconds: number;
  readonly incidentReservationMilliseconds: number;
}

/** A setting that cannot be used. The message names the variable and says what it takes. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

type Env = Readonly<Record<string, string | undefined>>;

/** See docs/RUNBOOK.md for what each does. */
const RESPONSE_NAMES = ['bypass', 'shed', 'cap', 'batches', 'consumers', 'relay', 'rescue', 'isolate'] as const;
export type ResponseName = (typeof RESPONSE_NAMES)[number];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Parses the environment once. @throws ConfigError naming the variable. */
export function readConfig(env: Env): Config {
  const production = env.NODE_ENV === 'production';
  const auth = oneOf(env, 'AUTH', ['open', 'token'], production ? 'token' : 'open');
  const config: Config = {
    port: integer(env, 'PORT', 8080, 0, 65_535),
    host: text(env, 'HOST') ?? '127.0.0.1',
    dataDir: resolve(text(env, 'DATA_DIR') ?? '.jari'),
    databaseUrl: url(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: redisUrl(env, 'REDIS_URL'),
    kafkaBrokers: brokers(env, 'KAFKA_BROKERS'),
    kafkaPartitions: integer(env, 'KAFKA_PARTITIONS', 6, 1, 10_000),
    kafkaPrefix: topicPart(env, 'KAFKA_PREFIX'),
    queueCap: integer(env, 'QUEUE_CAP', 50, 1, 100_000),
    activeSeconds: integer(env, 'ACTIVE_SECONDS', 300, 1, 86_400),
    holdSeconds: integer(env, 'HOLD_SECONDS', 300, 1, 86_400),
    noShowSeconds: integer(env, 'NO_SHOW_SECONDS', 60, 1, 86_400),
    openingBalance: integer(env, 'OPENING_BALANCE', production ? 0 : 1_000_000_000, 0, 1_000_000_000_000),
    seatsPerUser: integer(env, 'SEATS_PER_USER', 0, 0, 10_000),
    auth,
    tokenSecrets: secrets(env, 'TOKEN_SECRET'),
    identitySecret: secret(env, 'IDENTITY_SECRET'),
    identityJwks: text(env, 'IDENTITY_JWKS'),
    opsToken: secret(env, 'OPS_TOKEN'),
    rateLimitPerSecond: integer(env, 'RATE_LIMIT_PER_SECOND', 0, 0, 1_000_000),
    // Far above what a person does, and below what a script wants. Load tests come as few users who ask without a pause.
    userLimitPerSecond: integer(env, 'USER_LIMIT_PER_SECOND', production && auth === 'token' ? 20 : 0, 0, 1_000_000),
    streamsPerAddress: integer(env, 'STREAMS_PER_ADDRESS', 0, 0, 1_000_000),
    webhookUrl: url(env, 'WEBHOOK_URL', ['http:', 'https:']),
    webhookSecret: text(env, 'WEBHOOK_SECRET'),
    production,
    logLevel: oneOf(env, 'LOG_LEVEL', LOG_LEVELS, 'info'),
    trustedHops: integer(env, 'TRUSTED_HOPS', 0, 0, 32),
    demoData: oneOf(env, 'DEMO_DATA', ['true', 'false'], production ? 'false' : 'true') === 'true',
    scheduler: oneOf(env, 'SCHEDULER', ['on', 'off'], 'on') === 'on',
    // On a laptop a slow second is no incident to act on; where there is a database of its own, it is.
    responses: someOf(env, 'RESPONSES', RESPONSE_NAMES, text(env, 'DATABASE_URL') ? 'all' : 'none'),
    capFloorPercent: integer(env, 'CAP_FLOOR_PERCENT', 60, 1, 100),
    incidentTokenMilliseconds: integer(env, 'INCIDENT_TOKEN_MILLISECONDS', 500, 10, 60_000),
    incidentReservationMilliseconds: integer(env, 'INCIDENT_RESERVATION_MILLISECONDS', 1_000, 10, 60_000),
  };
  assertRelations(config);
  return Object.freeze(config);
}

function assertRelations(config: Config): void {
  if (config.auth === 'token' && !config.identitySecret && !config.identityJwks) {
    throw new ConfigError('AUTH=token needs IDENTITY_SECRET (HS256) or IDENTITY_JWKS (a file or URL) to check logins');
  }
  if (config.production && config.tokenSecrets.length === 0) {
    throw new ConfigError('TOKEN_SECRET must be set in production: at least 16 characters, the same on every process');
  }
  if (config.webhookUrl && !config.webhookSecret) {
    throw new ConfigError('WEBHOOK_SECRET must be set with WEBHOOK_URL: deliveries are signed with it');
  }
  if (config.noShowSeconds > config.activeSeconds) {
    throw new ConfigError('NO_SHOW_SECONDS must not be above ACTIVE_SECONDS');
  }
}

/** An empty variable counts as unset, as in most shells' `VAR= command`. */
function text(env: Env, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function integer(env: Env, name: string, fallback: number, min: number, max: number): number {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
  }
  return number;
}

function oneOf<T extends string>(env: Env, name: string, allowed: readonly T[], fallback: T): T {
  const value = text(env, name) as T | undefined;
  if (value === undefined) return fallback;
  if (!allowed.includes(value))
    throw new ConfigError(`${name} must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
  return value;
}

/** "all", "none", or names with commas between. */
function someOf<T extends string>(
  env: Env,
  name: string,
  allowed: readonly T[],
  fallback: 'all' | 'none',
): readonly T[] {
  const value = text(env, name) ?? fallback;
  if (value === 'all') return allowed;
  if (value === 'none') return [];
  const chosen = value.split(',').map((one) => one.trim() as T);
  const unknown = chosen.find((one) => !allowed.includes(one));
  if (unknown === undefined) return chosen;
  throw new ConfigError(
    `${name} must be all, none, or some of ${allowed.join(', ')} with commas between, not ${JSON.stringify(unknown)}`,
  );
}

function url(env: Env, name: string, protocols: readonly string[]): string | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    throw new ConfigError(`${name} must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`);
  }
  return value;
}

/** One URL is a single server; several, with commas between, are nodes by which a Redis Cluster is found. */
function redisUrl(env: Env, name: string): string | undefined {
  const urls = text(env, name)
    ?.split(',')
    .map((one) => one.trim());
  if (urls && !urls.every((one) => URL.canParse(one) && /^rediss?:$/.test(new URL(one).protocol))) {
    throw new ConfigError(
      `${name} must be a URL that starts with redis:// or rediss://, or several of them with commas between`,
    );
  }
  return urls?.join(',');
}

function brokers(env: Env, name: string): readonly string[] | undefined {
  const list = text(env, name)
    ?.split(',')
    .map((broker) => broker.trim());
  if (list && !list.every((broker) => /^[^\s/:]+:\d{1,5}$/.test(broker))) {
    throw new ConfigError(`${name} must be host:port, or several of them with commas between`);
  }
  return list && Object.freeze(list);
}

function topicPart(env: Env, name: string): string {
  const value = text(env, name) ?? '';
  if (!/^[\w.-]{0,100}$/.test(value)) {
    throw new ConfigError(`${name} must be at most 100 letters, digits, dots, hyphens and underscores`);
  }
  return value;
}

function secret(env: Env, name: string): string | undefined {
  const value = text(env, name);
  if (value !== undefined && value.length < 16) throw new ConfigError(`${name} must have at least 16 characters`);
  return value;
}

/** One, or several with commas between. */
function secrets(env: Env, name: string): readonly string[] {
  const list = (text(env, name)?.split(',') ?? []).map((one) => one.trim());
  if (!list.every((one) => one.length >= 16)) {
    throw new ConfigError(`${name} must have at least 16 characters, or be several such secrets with commas between`);
  }
  return Object.freeze(list);
}
