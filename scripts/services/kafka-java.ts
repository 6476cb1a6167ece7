// The Java that Kafka runs on.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, need } from './install.ts';
import { Unavailable } from './service.ts';

const OLDEST = 17;
// The one that Debian 11 and 12 and Ubuntu have, then the one of Debian 13.
const PACKAGES = ['openjdk-17-jre-headless', 'openjdk-21-jre-headless'];
const ADVICE = `Java ${OLDEST} or newer was not found: install it (Debian: apt-get install ${PACKAGES[0]}; macOS: brew install openjdk), set JAVA_HOME, or set JARI_TEST_KAFKA_BROKERS.`;

function isNewEnough(java: string): boolean {
  const { stderr, stdout } = spawnSync(java, ['-version'], { encoding: 'utf8' }); // says it on stderr
  return Number(/version "(\d+)/.exec(`${stderr}${stdout}`)?.[1]) >= OLDEST;
}

function findJava(): string | undefined {
  const home = process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin')] : [];
  const debian = '/usr/lib/jvm'; // an older Java may stand first in PATH
  const others = existsSync(debian) ? readdirSync(debian).map((name) => join(debian, name, 'bin')) : [];
  const candidates = [findProgram('java', home), ...others.map((folder) => join(folder, 'java'))];
  return candidates.find((java) => java !== undefined && existsSync(java) && isNewEnough(java));
}

export async function needJava(say: (line: string) => void): Promise<string> {
  for (const name of PACKAGES) {
    try {
      return await need(findJava, [name], ADVICE, say);
    } catch (error) {
      if (!(error instanceof Unavailable) || name === PACKAGES.at(-1)) throw error;
    }
  }
  throw new Unavailable(ADVICE);
}
