import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from '../../scripts/services/daemon.ts';
import { JVM } from '../../scripts/services/kafka.ts';
import { needKafkaJars } from '../../scripts/services/kafka-download.ts';
import { KAFKA_VERSION } from '../../scripts/services/kafka-jars.ts';
import { needJava } from '../../scripts/services/kafka-java.ts';
import { freePort } from '../../scripts/services/ports.ts';
import { askRedis, redisAnswers } from '../../scripts/services/redis-node.ts';
import { readConfig } from '../../server/config.ts';
import { PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { sharedServer } from '../support/servers.ts';
import { ROOT, readCompose } from './compose.ts';

const SECRETS = {
  POSTGRES_PASSWORD: 'postgres-password-of-the-test',
  REDIS_PASSWORD: 'redis-password-of-the-test',
  TOKEN_SECRET: 'token-secret-of-the-test',
  OPS_TOKEN: 'ops-token-of-the-test',
};
const compose = readCompose(SECRETS);
const { proxy, api, postgres, redis, kafka } = compose.services;
const services = Object.entries(compose.services);
if (!proxy || !api || !postgres || !redis || !kafka) throw new Error('compose.yaml lacks a service');

const server = await sharedServer('postgres');
const redisServer = await sharedServer('redis');
const kafkaServer = await sharedServer('kafka');

describe('compose.yaml', () => {
  it('does not start without secrets, and says where they come from', () => {
    for (const name of Object.keys(SECRETS)) {
      expect(() => readCompose({ ...SECRETS, [name]: '' })).toThrow(`${name} is not set: run deploy/make-env.sh first`);
    }
    expect(existsSync(join(ROOT, 'deploy/make-env.sh'))).toBe(true);
  });

  it('names only networks, volumes, services and files that there are', () => {
    for (const [, { networks, volumes = [], depends_on = {} }] of services) {
      for (const network of networks) expect(compose.networks).toHaveProperty(network);
      for (const name of Object.keys(depends_on)) expect(compose.services).toHaveProperty(name);
      for (const volume of volumes.map((mount) => mount.split(':')[0] ?? '')) {
        if (volume.startsWith('.')) expect(existsSync(join(ROOT, volume)), volume).toBe(true);
        else expect(compose.volumes).toHaveProperty(volume);
      }
    }
  });

  it('shows the world nothing but the proxy, and that on loopback', () => {
    for (const [name, { ports = [], networks }] of services) {
      if (name === 'proxy') expect(ports).toEqual(['127.0.0.1:8080:8080']);
      else expect(ports, name).toEqual([]);
      if (!['proxy', 'api'].includes(name)) expect(networks, name).toEqual(['stores']);
    }
    expect(compose.networks.stores?.internal).toBe(true);
    expect(proxy.networks).not.toContain('stores');
  });

  it('restarts, watches and bounds every service, with images of a fixed version', () => {
    for (const [name, { restart, healthcheck, deploy, image }] of services) {
      expect(restart, name).toBe('unless-stopped');
      if (name !== 'api') expect(healthcheck?.test, name).toBeDefined(); // that one's is in the Dockerfile
      if (name !== 'proxy') expect(deploy?.resources?.limits.memory, name).toMatch(/^\d+[mg]$/);
      if (name !== 'api') expect(image, name).toMatch(/:\d+(\.\d+)*(-alpine)?$/);
    }
    expect(kafka.image).toBe(`apache/kafka:${KAFKA_VERSION}`); // the one that the tests run on
  });

  it('starts the API after the stores answer, as several replicas that hold nothing', () => {
    expect(Object.keys(api.depends_on ?? {}).sort()).toEqual(['kafka', 'postgres', 'redis']);
    for (const { depends_on = {} } of Object.values(compose.services)) {
      for (const { condition } of Object.values(depends_on)) expect(condition).toBe('service_healthy');
    }
    expect(api.deploy?.replicas).toBe('3');
    expect(api.volumes).toBeUndefined();
    expect(api.read_only).toBe(true);
    expect(Number.parseInt(api.stop_grace_period ?? '', 10)).toBeGreaterThan(20); // what main.ts takes at most
  });

  it('gives the API settings that it knows and accepts', () => {
    const read = new Set<string>();
    const environment = Object.entries({ ...api.environment, NODE_ENV: 'production', HOST: '0.0.0.0' });
    const settings: Record<string, string> = Object.fromEntries(environment.map(([name, v]) => [name, String(v)]));
    const config = readConfig(
      new Proxy(settings, {
        get(target, name) {
          read.add(String(name));
          return target[String(name)];
        },
      }),
    );
    expect(config).toMatchObject({ production: true, auth: 'open', trustedHops: 1, openingBalance: 1_000_000_000 });
    expect(environment.map(([name]) => name).filter((name) => !read.has(name))).toEqual([]);
    expect(api.environment).toMatchObject({
      DATABASE_URL: `postgres://jari:${SECRETS.POSTGRES_PASSWORD}@postgres:5432/jari`,
      REDIS_URL: `redis://:${SECRETS.REDIS_PASSWORD}@redis:6379`,
      KAFKA_BROKERS: 'kafka:9092',
    });
  });
});

describe('the servers of compose.yaml, as the real ones read them:', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jari-compose-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(server.missing)('PostgreSQL knows its settings, and has connections for every replica', async () => {
    const settings = (postgres.command ?? []).slice(1).map((flag) => flag.replace(/^-c/, '').split('='));
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const names = settings.map(([name]) => name);
    const { rows } = await client.query('SELECT name FROM pg_settings WHERE name = ANY($1)', [names]);
    await client.end();
    expect(rows.map(({ name }) => name).sort()).toEqual(names.sort());
    const mostConnections = Number(settings.find(([name]) => name === 'max_connections')?.[1]);
    const replicas = Number(api.deploy?.replicas);
    expect(mostConnections).toBeGreaterThan(2 * replicas * (PG_DEFAULTS.poolSize + 5));
  });

  it.skipIf(redisServer.missing)('Redis starts, evicts nothing, keeps its data and wants its password', async () => {
    const [shell = '', flag = '', script = ''] = redis.command ?? [];
    const port = await freePort();
    const url = `redis://:${SECRETS.REDIS_PASSWORD}@127.0.0.1:${port}`;
    const daemon = new Daemon({
      title: 'Redis',
      command: shell,
      args: [flag, `${script.replace('/data', folder)} --port ${port} --bind 127.0.0.1`],
      cwd: folder,
      env: { ...process.env, REDIS_PASSWORD: String(redis.environment?.REDIS_PASSWORD) },
      logFile: join(folder, 'log'),
      healthy: () => redisAnswers(url),
      stopSignal: 'SIGTERM',
    });
    try {
      await daemon.start();
      const config = (name: string) => ['CONFIG', 'GET', name];
      const asked = ['maxmemory', 'maxmemory-policy', 'appendonly', 'appendfsync', 'save'].map(config);
      expect(await askRedis(url, ...asked)).toEqual([
        `maxmemory,${384 * 1024 * 1024}`,
        'maxmemory-policy,noeviction',
        'appendonly,yes',
        'appendfsync,everysec',
        'save,',
      ]);
      await expect(askRedis(`redis://127.0.0.1:${port}`, ['PING'])).rejects.toThrow(/auth/i);
    } finally {
      await daemon.stop();
    }
  });

  it.skipIf(kafkaServer.missing)('Kafka accepts its settings', async () => {
    const { CLUSTER_ID, KAFKA_HEAP_OPTS: _, ...settings } = kafka.environment ?? {};
    // As the image's start does: KAFKA_LOG_DIRS is log.dirs.
    const property = (name: string) => name.replace('KAFKA_', '').toLowerCase().replaceAll('_', '.');
    const lines = Object.entries(settings).map(([name, value]) => `${property(name)}=${value}`);
    const file = join(folder, 'server.properties');
    writeFileSync(file, `${lines.join('\n')}\nlog.dirs=${join(folder, 'data')}\n`);
    const [java, jars] = await Promise.all([needJava(() => {}), needKafkaJars(() => {})]);
    const format = ['kafka.tools.StorageTool', 'format', '-t', String(CLUSTER_ID), '-c', file];
    const { stdout } = await promisify(execFile)(java, [...JVM, '-cp', join(jars, '*'), ...format]);
    expect(stdout).toContain('Formatting');
    expect(existsSync(join(folder, 'data', 'meta.properties'))).toBe(true);
  });
});
