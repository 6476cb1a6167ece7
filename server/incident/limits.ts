/** Beyond these a figure is a sign. Units are in the names. */
export interface Limits {
  tokenMilliseconds: number;
  reservationMilliseconds: number;
  /** A token API that is this many times slower than in the minutes before, and slower than the seed expects, climbs. */
  climbTimes: number;
  climbMilliseconds: number;
  /** Share of all answers, 0 to 1. */
  failureShare: number;
  redisMilliseconds: number;
  redisConnectionShare: number;
  redisMemoryShare: number;
  lockWaitMilliseconds: number;
  /** Requests of the window that were refused because rows stayed locked. */
  blockedRequests: number;
  /** Calls that wait for a connection, for each connection that there is. */
  poolWaitingTimes: number;
  databaseMilliseconds: number;
  deadlocks: number;
  relaySeconds: number;
  relayFailures: number;
  lagEvents: number;
  jobFailures: number;
  attempts: number;
}

export const LIMITS: Limits = {
  tokenMilliseconds: 500,
  reservationMilliseconds: 1_000,
  climbTimes: 5,
  climbMilliseconds: 300,
  failureShare: 0.05,
  redisMilliseconds: 200,
  redisConnectionShare: 0.9,
  redisMemoryShare: 0.95,
  lockWaitMilliseconds: 500,
  blockedRequests: 3,
  poolWaitingTimes: 5,
  databaseMilliseconds: 600,
  deadlocks: 3,
  relaySeconds: 8,
  relayFailures: 1,
  lagEvents: 5_000,
  jobFailures: 3,
  attempts: 3,
};
