import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { needKafkaJars } from '../../scripts/services/kafka-download.ts';
import { KAFKA_JARS, KAFKA_VERSION } from '../../scripts/services/kafka-jars.ts';
import { refuseOrWarn } from '../support/servers.ts';

const jars = await needKafkaJars(() => {}).catch((error: Error) => refuseOrWarn('kafka', error.message));

// A repository on this machine that serves them again, as a company's mirror would.
describe.skipIf(!jars)('without Maven, Kafka', () => {
  let repository: Server;
  let answer: (path: string, jar: Buffer) => Buffer | undefined;
  const asked: string[] = [];
  let cache: string;

  beforeAll(async () => {
    repository = createServer(({ url = '' }, response) => {
      asked.push(url);
      const bytes = answer(url, readFileSync(join(String(jars), basename(url))));
      if (bytes) response.end(bytes);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => repository.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void repository?.close());

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'jari-cache-'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
    vi.stubEnv('JARI_MAVEN_REPOSITORY', `http://127.0.0.1:${(repository.address() as AddressInfo).port}/maven2/`);
    answer = (_, jar) => jar;
    asked.length = 0;
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  it('is downloaded once, every file of it, saying so', async () => {
    const said: string[] = [];
    const folder = await needKafkaJars((line) => said.push(line));
    expect(readdirSync(folder)).toHaveLength(Object.keys(KAFKA_JARS).length);
    expect(asked).toContain(`/maven2/org/apache/kafka/kafka_2.13/${KAFKA_VERSION}/kafka_2.13-${KAFKA_VERSION}.jar`);
    expect(said[0]).toContain(`downloading Apache Kafka ${KAFKA_VERSION}`);
    const asks = asked.length;
    expect(await needKafkaJars(() => {})).toBe(folder);
    expect(asked).toHaveLength(asks);
  });

  it('is not taken when one byte differs, and nothing of it stays', async () => {
    answer = (path, jar) => (path.includes('kafka-raft') ? Buffer.concat([jar, Buffer.from('x')]) : jar);
    await expect(needKafkaJars(() => {})).rejects.toThrow(/kafka-raft.*SHA-256/);
    expect(readdirSync(join(cache, 'jari'))).toEqual([]);
  });

  it('says what to do when the repository has not got it', async () => {
    answer = () => undefined;
    await expect(needKafkaJars(() => {})).rejects.toThrow(/answered 404\n.*JARI_MAVEN_REPOSITORY/);
  });
});
