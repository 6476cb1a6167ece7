// Fetches Kafka's jars once and keeps them in the user's cache, checked against kafka-jars.ts: through Maven where it is
// installed, for its mirrors and proxies, else straight from the repository.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram, run } from './install.ts';
import { KAFKA_JARS, KAFKA_MEGABYTES, KAFKA_VERSION } from './kafka-jars.ts';
import { Unavailable } from './service.ts';
import { inTurn } from './turn.ts';

const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2';
const COPY_JARS = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies';
const DOWNLOADS_AT_ONCE = 4;
const JAR_WITHIN_MS = 300_000;

interface Jar {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
}

const JARS: readonly Jar[] = Object.entries(KAFKA_JARS).map(([coordinate, sha256]) => {
  const [group = '', artifact = '', version = ''] = coordinate.split(':');
  return { group, artifact, version, file: `${artifact}-${version}.jar`, sha256 };
});

/** Returns the folder with the jars, downloading them first unless they are there. */
export async function needKafkaJars(say: (line: string) => void): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jari');
  const folder = join(cache, `kafka-${KAFKA_VERSION}`);
  if (isComplete(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  await inTurn(`${folder}.turn`, async () => {
    if (!isComplete(folder)) await downloadInto(folder, say);
  });
  return folder;
}

const isComplete = (folder: string) => JARS.every(({ file }) => existsSync(join(folder, file)));

/** The folder appears when all of it is there and checked. */
async function downloadInto(folder: string, say: (line: string) => void): Promise<void> {
  const draft = mkdtempSync(`${folder}.`);
  try {
    await download(draft, say);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } catch (error) {
    throw new Unavailable(
      `Apache Kafka ${KAFKA_VERSION} could not be downloaded: ${(error as Error).message}\nCheck the network, set JARI_MAVEN_REPOSITORY to a mirror of Maven Central, or set JARI_TEST_KAFKA_BROKERS.`,
    );
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function download(folder: string, say: (line: string) => void): Promise<void> {
  const mirror = process.env.JARI_MAVEN_REPOSITORY?.replace(/\/+$/, '');
  const maven = mirror ? undefined : findProgram('mvn');
  const from = maven ? `with ${maven}` : `from ${mirror ?? MAVEN_CENTRAL}`;
  say(`downloading Apache Kafka ${KAFKA_VERSION}, ${KAFKA_MEGABYTES} MB, ${from}, once …`);
  if (maven) await throughMaven(maven, folder);
  else await straight(mirror ?? MAVEN_CENTRAL, folder, say);
  say('downloaded');
}

async function throughMaven(maven: string, folder: string): Promise<void> {
  const pom = join(folder, 'pom.xml');
  writeFileSync(pom, pomOf(JARS));
  const { code, output } = await run(maven, ['-q', '-B', '-f', pom, COPY_JARS, `-DoutputDirectory=${folder}`]);
  if (code !== 0) throw new Error(`mvn failed:\n${output.trim().split('\n').slice(-4).join('\n')}`);
  rmSync(pom);
  for (const jar of JARS) check(jar, readFileSync(join(folder, jar.file)));
}

/** Names every jar and shuts out what Maven would add, so that it brings exactly these. */
function pomOf(jars: readonly Jar[]): string {
  const nothingElse = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';
  const dependencies = jars.map(
    ({ group, artifact, version }) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${nothingElse}</dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>jari</groupId><artifactId>kafka</artifactId><version>${KAFKA_VERSION}</version><packaging>pom</packaging>
<dependencies>
${dependencies.join('\n')}
</dependencies>
</project>
`;
}

async function straight(repository: string, folder: string, say: (line: string) => void): Promise<void> {
  const waiting = [...JARS];
  const work = async () => {
    for (let jar = waiting.pop(); jar; jar = waiting.pop()) {
      writeFileSync(join(folder, jar.file), await fetchJar(repository, jar));
      if (waiting.length > 0 && waiting.length % 15 === 0) say(`${waiting.length} files to go`);
    }
  };
  try {
    await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, work));
  } finally {
    waiting.length = 0; // one failed: the others begin no further file
  }
}

async function fetchJar(repository: string, jar: Jar): Promise<Buffer> {
  const { group, artifact, version, file } = jar;
  const url = `${repository}/${group.replaceAll('.', '/')}/${artifact}/${version}/${file}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(JAR_WITHIN_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  check(jar, bytes);
  return bytes;
}

function check({ file, sha256 }: Jar, bytes: Buffer): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${file} is not the file it should be: its SHA-256 is ${found}, not ${sha256}`);
}
