// Everything that a report says, in one language.
import type { Knee } from '../judge/knee.ts';
import type { Bottleneck, Resource } from '../judge/saturation.ts';
import type { RowCode } from '../judge/verdict.ts';
import type { ServerSide } from '../record.ts';

export interface Words {
  readonly language: 'en' | 'ko';
  readonly title: (script: string) => string;
  readonly rows: Readonly<Record<RowCode, string>>;
  /** The figure that a measured value rests on. */
  readonly basis: Readonly<Record<Exclude<RowCode, 'AUDIT'>, (of: number) => string>>;
  readonly audits: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<Resource, string>>;
  readonly bottleneck: (facts: BottleneckFacts) => Told;
  readonly knee: (knee: Knee) => string;
  readonly silence: Readonly<Record<NonNullable<ServerSide['silence']>, string>>;
  readonly looked: (names: readonly string[], size: string | null, whole: boolean) => string;
  readonly counts: (requests: string, perSecond: string, seconds: string) => string;
  readonly labels: Readonly<Record<Label, string>>;
}

export interface BottleneckFacts {
  readonly bottleneck: Bottleneck;
  /** Whether the service was looked at. */
  readonly seen: boolean;
}

/** What limits the run, and the figures that say so. */
export interface Told {
  readonly headline: string;
  readonly evidence: readonly string[];
}

export type Label =
  | 'verdict'
  | 'expectation'
  | 'measured'
  | 'limit'
  | 'result'
  | 'pass'
  | 'fail'
  | 'notMeasured'
  | 'notAsked'
  | 'always'
  | 'noViolation'
  | 'atMost'
  | 'atLeast'
  | 'allHold'
  | 'notAllHold'
  | 'bottleneck'
  | 'knee'
  | 'charts'
  | 'hover'
  | 'thresholds'
  | 'settings'
  | 'target'
  | 'service'
  | 'started'
  | 'duration'
  | 'runner'
  | 'runnerProcesses'
  | 'machine'
  | 'wholeMachine'
  | 'processors'
  | 'exitCode'
  | 'time'
  | 'requests'
  | 'answersClient'
  | 'latencyClient'
  | 'latencyByName'
  | 'answersServer'
  | 'latencyServer'
  | 'routesServer'
  | 'line'
  | 'users'
  | 'cpu'
  | 'loop'
  | 'database'
  | 'databaseCpu'
  | 'databaseSessions'
  | 'transactions'
  | 'redis'
  | 'redisUse'
  | 'events'
  | 'scheduler'
  | 'good'
  | 'failed'
  | 'refused'
  | 'offered'
  | 'served'
  | 'dropped'
  | 'sound'
  | 'active'
  | 'waiting'
  | 'cap'
  | 'virtualUsers'
  | 'serviceBusiest'
  | 'serviceAll'
  | 'sessions'
  | 'lockWaiting'
  | 'lockWait'
  | 'answerTime'
  | 'poolUsed'
  | 'poolWaiting'
  | 'commits'
  | 'rollbacks'
  | 'connections'
  | 'commands'
  | 'memory'
  | 'outbox'
  | 'lag'
  | 'deadLetters'
  | 'ticks'
  | 'ticksFailed'
  | 'ticksLate'
  | 'threshold'
  | 'figure'
  | 'difference'
  | 'none'
  | 'yes'
  | 'no'
  | 'made';
