// Apache Kafka, one node that is broker and controller (KRaft): loopback only, a small heap, topics made by request only.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { controlsOf, Daemon } from './daemon.ts';
import { needKafkaJars } from './kafka-download.ts';
import { needJava } from './kafka-java.ts';
import { onFreePort } from './ports.ts';
import type { RunningService, Surroundings } from './service.ts';

const CONTROLLER_OFFSET = 1;
const CLUSTER_ID = 'jari-private-services0'; // 22 characters of base64, as Kafka wants it
const ANSWERS_WITHIN_MS = 5_000;

/** One garbage collector thread and no optimising compiler: starts in half the time, and leaves the cores to the tests. */
export const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];
// Nothing in the machine's temporary folder: a killed JVM would leave it there.
const NO_LITTER = ['-XX:-UsePerfData', '-Djava.io.tmpdir=temporary'];
const LOG = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

const settings = (port: number): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${port + CONTROLLER_OFFSET}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + CONTROLLER_OFFSET}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=data
auto.create.topics.enable=false
# One node has one replica of everything.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Fewer files, and groups that are complete at once: nobody waits for further members here.
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
# After SIGKILL a broker may not come back before its last session has run out: 9 s unless told otherwise.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
`;

/** Starts it, with the data of the run's folder when there is some. */
export async function startKafka({ folder, say }: Surroundings): Promise<RunningService> {
  const [java, jars] = await Promise.all([needJava(say), needKafkaJars(say)]);
  const home = join(folder, 'kafka');
  mkdirSync(join(home, 'temporary'), { recursive: true, mode: 0o700 });
  const program = [...JVM, ...NO_LITTER, ...LOG, '-cp', join(jars, '*')];

  return onFreePort(async (port) => {
    const settingsFile = join(home, 'server.properties');
    writeFileSync(settingsFile, settings(port));
    if (!existsSync(join(home, 'data', 'meta.properties'))) await format(java, program, settingsFile, home);
    const url = `127.0.0.1:${port}`;
    const daemon = new Daemon({
      title: 'Kafka',
      command: java,
      args: [...program, 'kafka.Kafka', settingsFile],
      cwd: home,
      logFile: join(home, 'kafka.log'),
      healthy: () => kafkaAnswers(url),
      stopSignal: 'SIGTERM',
    });
    await daemon.start();
    return {
      url,
      folders: [home],
      ...controlsOf([daemon]),
      restart: () => daemon.start(),
    };
  }, CONTROLLER_OFFSET);
}

/** Writes the identity of the cluster and the features of this version into the empty data folder. */
async function format(java: string, program: string[], settingsFile: string, cwd: string): Promise<void> {
  const args = [...program, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', settingsFile];
  await promisify(execFile)(java, args, { cwd });
}

/** Throws unless the broker is reachable and part of its cluster. */
export async function kafkaAnswers(brokers: string): Promise<void> {
  const { Admin } = await import('@platformatic/kafka'); // takes half a second, so only those who need it wait for it
  const admin = new Admin({
    clientId: 'jari-services',
    bootstrapBrokers: brokers.split(','),
    retries: 0,
    connectTimeout: ANSWERS_WITHIN_MS,
    requestTimeout: ANSWERS_WITHIN_MS,
  });
  try {
    const cluster = await admin.metadata({});
    if (cluster.brokers.size === 0) throw new Error('it knows of no broker yet');
  } finally {
    await admin.close();
  }
}
