import type { ServiceName } from '../services/service.ts';
import type { Crowd } from './crowd.ts';
import type { World } from './world.ts';

/** Something that was looked at, and whether it is as it must be. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  /** A stopwatch in the hand of a client: says as much about how busy this machine is as about jari. Not for tests. */
  timed?: true;
}

/** A fault that is made for real, and what must be seen of it. */
export interface Drill {
  name: string;
  /** One line for a person. */
  what: string;
  /** The kind of incident that must be noticed. */
  kind: string;
  services: readonly ServiceName[];
  /** Settings of each process. */
  processes: readonly Record<string, string>[];
  /** How many of the processes take the load; all unless told otherwise. */
  loaded?: number;
  arrivals: number;
  /** Responses of which at least one must have been made. */
  responses: readonly string[];
  /** Before the fault, under load. */
  prepare?: (scene: Scene) => Promise<void>;
  /** Makes the fault; resolves when it is there. */
  begin(scene: Scene): Promise<void>;
  /** While it lasts; resolves when it is long enough. Absent: the given number of seconds. */
  during?: (scene: Scene) => Promise<void>;
  /** Takes it away. */
  end(scene: Scene): Promise<void>;
  /** Once the incident is closed. */
  after?: (scene: Scene) => Promise<void>;
  /** What must hold for this drill, besides what must hold for all. */
  checks?: (scene: Scene) => Promise<Check[]>;
}

export interface Scene {
  world: World;
  crowd: Crowd;
  seconds: number;
  /** When the fault began and ended, in milliseconds since 1970; 0 before. */
  beganAt: number;
  endedAt: number;
  say: (line: string) => void;
}
