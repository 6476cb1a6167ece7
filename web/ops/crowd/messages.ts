/** What the console asks of the crowd's worker. */
export type CrowdCommand =
  | { do: 'enter'; run: string; people: number; staySeconds: number }
  /** Everybody leaves the line and the hall; also a crowd that an earlier visit left behind. */
  | { do: 'goHome'; run: string; people: number };

/** How the crowd is doing. */
export interface CrowdReport {
  waiting: number;
  inside: number;
  bought: number;
  gone: number;
  failed: number;
  /** Nobody is left. */
  over: boolean;
}
